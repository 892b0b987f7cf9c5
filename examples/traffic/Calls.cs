namespace Traffic;

public enum Service
{
    ExampleApi,
    OrderService,
}

/// <summary>One call; <c>Body</c> is sent as JSON, <c>RawBody</c> as it stands (for bodies that are not JSON).</summary>
public readonly record struct Call(Service Service, HttpMethod Method, string Path, object? Body = null, string? RawBody = null);

/// <summary>What shoppers do, by weight: mostly reading, some writing, and the mistakes that real clients make.</summary>
public static class Calls
{
    private static readonly string[] Terms = ["lamp", "wool", "ada", "pan", "river", "nothing-like-this"];
    private static readonly string[] Categories = ["home", "kitchen", "office", "outdoor"];

    private static readonly (int Weight, Func<Random, Call> Make)[] Repertoire =
    [
        (10, r => Api(HttpMethod.Get, $"/api/v1/users?page={r.Next(1, 4)}&pageSize=10")),
        (14, r => Api(HttpMethod.Get, $"/api/v1/users/{User(r)}")),
        (4, r => Api(HttpMethod.Get, $"/api/v1/users/{User(r)}/orders")),
        (3, r => Api(HttpMethod.Post, "/api/v1/users", NewUser(r))),
        (2, r => Api(HttpMethod.Put, $"/api/v1/users/{User(r)}", NewUser(r))),
        (3, r => Api(HttpMethod.Patch, $"/api/v1/users/{User(r)}", new { phone = $"+47 22 {r.Next(10, 99)} {r.Next(10, 99)} 00" })),
        (1, r => Api(HttpMethod.Delete, $"/api/v1/users/{r.Next(25, 80)}")),
        (10, r => Api(HttpMethod.Get, $"/api/v1/products?category={Pick(r, Categories)}")),
        (12, r => Api(HttpMethod.Get, $"/api/v1/products/{Product(r)}")),
        (2, r => Api(HttpMethod.Post, "/api/v1/products", NewProduct(r))),
        (6, r => Api(HttpMethod.Get, $"/api/v1/search?q={Pick(r, Terms)}")),
        (5, r => Api(HttpMethod.Get, $"/api/v1/orders/{Order(r)}")),
        (2, _ => Api(HttpMethod.Post, "/api/v1/login", new { email = "ada.larsen@example.com", password = "harbour-street" })),
        (3, _ => Api(HttpMethod.Get, "/api/v1/inventory/summary")),
        (1, _ => Api(HttpMethod.Get, "/")),
        (8, r => Orders(HttpMethod.Get, $"/api/v2/orders?page={r.Next(1, 4)}")),
        (8, r => Orders(HttpMethod.Get, $"/api/v2/orders/{Order(r)}")),
        (5, r => Orders(HttpMethod.Post, "/api/v2/orders", NewOrder(r))),
        (2, r => Orders(HttpMethod.Put, $"/api/v2/orders/{Order(r)}", new { status = "shipped" })),
        (1, r => Orders(HttpMethod.Delete, $"/api/v2/orders/{r.Next(61, 120)}")),
        (5, r => Orders(HttpMethod.Get, $"/api/v2/orders/{Order(r)}/user-details")),
        (4, r => Orders(HttpMethod.Get, $"/api/v2/orders/{Order(r)}/product-info")),
        (3, _ => Orders(HttpMethod.Get, "/api/v2/inventory")),
        (4, r => Orders(HttpMethod.Get, $"/api/v2/inventory/{Product(r)}")),
        (2, r => Orders(HttpMethod.Post, "/api/v2/inventory", new { productId = Product(r), quantity = r.Next(1, 20) })),
        (2, _ => Orders(HttpMethod.Get, "/api/v2/reports/sales")),

        // Mistakes: unknown ids, missing fields, a taken address, bodies that are not JSON, old paths, wrong methods.
        (3, r => Api(HttpMethod.Get, $"/api/v1/users/{r.Next(9000, 9999)}")),
        (2, _ => Api(HttpMethod.Post, "/api/v1/users", new { name = "", email = "not-an-address" })),
        (1, _ => Api(HttpMethod.Post, "/api/v1/users", new { name = "Ada Again", email = "ada.larsen@example.com" })),
        (1, _ => Api(HttpMethod.Get, "/api/v1/search")),
        (1, r => Orders(HttpMethod.Post, "/api/v2/orders", new { userId = User(r), lines = Line(Product(r), 5000) })),
        (1, _ => new Call(Service.OrderService, HttpMethod.Post, "/api/v2/orders", RawBody: "{\"userId\": 3, \"lines\": [")),
        (1, _ => Api(HttpMethod.Get, "/api/v0/users")),
        (1, _ => Api(HttpMethod.Delete, "/api/v1/products/7")),
        (1, r => Orders(HttpMethod.Head, $"/api/v2/orders/{Order(r)}")),
    ];

    private static readonly int TotalWeight = Repertoire.Sum(entry => entry.Weight);

    public static Call Next(Random random)
    {
        var at = random.Next(TotalWeight);
        foreach (var (weight, make) in Repertoire)
        {
            at -= weight;
            if (at < 0) return make(random);
        }

        return Repertoire[0].Make(random);
    }

    private static Call Api(HttpMethod method, string path, object? body = null) => new(Service.ExampleApi, method, path, body);

    private static Call Orders(HttpMethod method, string path, object? body = null) => new(Service.OrderService, method, path, body);

    private static int User(Random random) => random.Next(1, 25);

    private static int Product(Random random) => random.Next(1, 41);

    private static int Order(Random random) => random.Next(1, 61);

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];

    private static object NewUser(Random random) => new
    {
        name = $"Visitor {random.Next(1000)}",
        email = $"visitor{random.Next(100_000)}@example.com",
        role = "customer",
        address = new { street = "Quay 5", city = "Bergen", postalCode = "5003", country = "NO" },
    };

    private static object NewProduct(Random random) => new
    {
        sku = $"NEW-{random.Next(100_000)}",
        name = "Folding stool, moss",
        category = Pick(random, Categories),
        price = random.Next(10, 200),
        tags = new[] { "new", "moss" },
    };

    private static object NewOrder(Random random) =>
        new { userId = User(random), lines = Line(Product(random), random.Next(1, 4)) };

    private static object[] Line(int productId, int quantity) => [new { productId, quantity }];
}
