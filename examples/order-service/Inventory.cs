namespace OrderService;

public sealed record StockItem(int ProductId, string Location, int Available, int Reserved, decimal UnitPrice);

public sealed record StockInput(int ProductId, int Quantity);

/// <summary>Stock per product. It is filled up when low: the demo runs without an end.</summary>
public sealed class Warehouse
{
    public const int Products = 40;
    private const int FillUpTo = 200;
    private const int LowBelow = 5;
    private readonly Lock _lock = new();
    private readonly StockItem[] _stock = [.. Enumerable.Range(1, Products).Select(id =>
        new StockItem(id, $"{(char)('A' + (id % 6))}-{10 + id}", 40 + (id * 13 % 160), id % 9, 9.5m + (id * 3.25m)))];

    public StockItem[] All
    {
        get
        {
            lock (_lock) return [.. _stock];
        }
    }

    public StockItem? Find(int productId)
    {
        lock (_lock) return productId is >= 1 and <= Products ? _stock[productId - 1] : null;
    }

    public decimal PriceOf(int productId) => Find(productId)?.UnitPrice ?? 0;

    /// <summary>Takes all lines or none; <paramref name="missing"/> is the first product there is too little of.</summary>
    public bool TryTake(OrderLineInput[] lines, out int missing)
    {
        lock (_lock)
        {
            foreach (var line in lines)
            {
                missing = line.ProductId;
                if (Find(line.ProductId) is not { } item || item.Available < line.Quantity) return false;
            }

            foreach (var line in lines)
            {
                ref var item = ref _stock[line.ProductId - 1];
                var rest = item.Available - line.Quantity;
                item = item with { Available = rest < LowBelow ? FillUpTo : rest };
            }

            missing = 0;
            return true;
        }
    }

    public StockItem? Receive(StockInput input)
    {
        lock (_lock)
        {
            if (Find(input.ProductId) is null) return null;
            ref var item = ref _stock[input.ProductId - 1];
            return item = item with { Available = Math.Min(item.Available + input.Quantity, FillUpTo * 10) };
        }
    }
}

public static class InventoryRoutes
{
    public static void MapInventory(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v2/inventory", (Warehouse warehouse) =>
        {
            var stock = warehouse.All;
            return new { products = stock.Length, units = stock.Sum(item => item.Available), items = stock };
        });
        routes.MapPost("/api/v2/inventory", (StockInput input, Warehouse warehouse) =>
        {
            if (input.Quantity is < 1 or > 1000)
                return Results.Problem("quantity is 1 to 1000", statusCode: StatusCodes.Status400BadRequest);
            return warehouse.Receive(input) is { } item
                ? Results.Created($"/api/v2/inventory/{item.ProductId}", item)
                : NotFound(input.ProductId);
        });
        routes.MapGet("/api/v2/inventory/{id:int}", (int id, Warehouse warehouse) =>
            warehouse.Find(id) is { } item ? Results.Ok(item) : NotFound(id));
    }

    private static IResult NotFound(int id) =>
        Results.Problem($"there is no stock of product {id}", statusCode: StatusCodes.Status404NotFound);
}
