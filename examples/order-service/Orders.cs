namespace OrderService;

public static class OrderRoutes
{
    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/api/v2/orders");
        orders.MapGet("", List);
        orders.MapPost("", Create);
        orders.MapMethods("{id:int}", ["GET", "HEAD"], (int id, OrderBook book) => book.Find(id) is { } order ? Results.Ok(order) : NotFound(id));
        orders.MapPut("{id:int}", Update);
        orders.MapDelete("{id:int}", (int id, OrderBook book) => book.Remove(id) ? Results.NoContent() : NotFound(id));
        orders.MapGet("{id:int}/user-details", UserDetails);
        orders.MapGet("{id:int}/product-info", ProductInfo);
        routes.MapGet("/api/v2/reports/sales", Sales);
    }

    private static IResult List(OrderBook book, int? userId, OrderStatus? status, int page = 1, int pageSize = 20)
    {
        if (page < 1 || pageSize is < 1 or > 100)
            return Results.Problem("page starts at 1, pageSize is 1 to 100", statusCode: StatusCodes.Status400BadRequest);
        var found = book.All
            .Where(order => (userId is null || order.UserId == userId) && (status is null || order.Status == status))
            .ToList();
        return Results.Ok(new { page, pageSize, total = found.Count, items = found.Skip((page - 1) * pageSize).Take(pageSize) });
    }

    private static IResult Create(OrderInput input, OrderBook book, Warehouse warehouse, TimeProvider time)
    {
        if (input.UserId < 1 || input.Lines is not { Length: > 0 } lines || lines.Any(line => line.Quantity < 1))
            return Results.Problem("an order has a user and at least one line of quantity 1 or more",
                statusCode: StatusCodes.Status400BadRequest);
        if (!warehouse.TryTake(lines, out var missing))
            return Results.Problem($"product {missing} is out of stock", statusCode: StatusCodes.Status409Conflict);
        var priced = lines.Select(line => new OrderLine(line.ProductId, line.Quantity, warehouse.PriceOf(line.ProductId)));
        var order = book.Add(input.UserId, [.. priced], time.GetUtcNow());
        return Results.Created($"/api/v2/orders/{order.Id}", order);
    }

    private static IResult Update(int id, OrderUpdate update, OrderBook book)
    {
        if (book.Find(id) is not { } order) return NotFound(id);
        if (update.Status is not { } status)
            return Results.Problem("status is missing", statusCode: StatusCodes.Status400BadRequest);
        if (!OrderBook.MayBecome(order.Status, status))
            return Results.Problem($"an order that is {order.Status} cannot become {status}",
                statusCode: StatusCodes.Status409Conflict);
        var updated = order with { Status = status };
        book.Replace(updated);
        return Results.Ok(updated);
    }

    private static async Task<IResult> UserDetails(
        int id, OrderBook book, ExampleApiClient api, CancellationToken cancellation)
    {
        if (book.Find(id) is not { } order) return NotFound(id);
        var user = await api.Get($"/api/v1/users/{order.UserId}", cancellation);
        return user.Failure ?? Results.Ok(new { orderId = id, order.Status, user = user.Json });
    }

    private static async Task<IResult> ProductInfo(
        int id, OrderBook book, ExampleApiClient api, CancellationToken cancellation)
    {
        if (book.Find(id) is not { } order) return NotFound(id);
        var products = new List<object>();
        foreach (var line in order.Lines)
        {
            var product = await api.Get($"/api/v1/products/{line.ProductId}", cancellation);
            if (product.Failure is not null) return product.Failure;
            products.Add(new { line.Quantity, product = product.Json });
        }

        return Results.Ok(new { orderId = id, products });
    }

    private static object Sales(OrderBook book)
    {
        var counted = book.All.Where(order => order.Status != OrderStatus.Cancelled).ToList();
        return new
        {
            currency = "EUR",
            orders = counted.Count,
            revenue = counted.Sum(order => order.Total),
            byStatus = book.All.GroupBy(order => order.Status)
                .Select(group => new { status = group.Key, orders = group.Count(), total = group.Sum(order => order.Total) }),
            byProduct = counted.SelectMany(order => order.Lines).GroupBy(line => line.ProductId).OrderBy(group => group.Key)
                .Select(group => new
                {
                    productId = group.Key,
                    units = group.Sum(line => line.Quantity),
                    revenue = group.Sum(line => line.Quantity * line.UnitPrice),
                }),
        };
    }

    private static IResult NotFound(int id) =>
        Results.Problem($"there is no order {id}", statusCode: StatusCodes.Status404NotFound);
}
