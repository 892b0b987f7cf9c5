using System.Collections.Concurrent;

namespace ExampleApi;

public sealed record Product(
    int Id, string Sku, string Name, string Category, decimal Price, string Currency, string Description, string[] Tags);

public sealed record ProductInput(string? Sku, string? Name, string? Category, decimal? Price, string? Description, string[]? Tags);

/// <summary>Products in memory; like users, those made by clients are kept to a bound.</summary>
public sealed class ProductStore
{
    private const int Seeded = 40;
    private const int MaxProducts = 500;

    private static readonly (string Name, string Category, decimal Price)[] Goods =
    [
        ("Wool blanket", "home", 89.00m), ("Enamel mug", "kitchen", 12.50m), ("Field notebook", "office", 9.90m),
        ("Trail lamp", "outdoor", 45.00m), ("Cast-iron pan", "kitchen", 64.00m), ("Rain jacket", "outdoor", 129.00m),
        ("Desk lamp", "office", 74.95m), ("Linen towel", "home", 19.00m),
    ];

    private static readonly string[] Colours = ["slate", "moss", "ochre", "river", "chalk"];

    private readonly ConcurrentDictionary<int, Product> _products = new();
    private int _lastId;

    public ProductStore()
    {
        for (var i = 0; i < Seeded; i++)
        {
            var (name, category, price) = Goods[i % Goods.Length];
            var colour = Colours[i / Goods.Length];
            Add(new ProductInput($"{category[..3].ToUpperInvariant()}-{1000 + i}", $"{name}, {colour}", category, price + i,
                $"{name} in {colour}. Made to be repaired; spare parts are kept for ten years.", [category, colour]));
        }
    }

    public IEnumerable<Product> All => _products.Values.OrderBy(product => product.Id);

    public Product? Find(int id) => _products.GetValueOrDefault(id);

    public bool SkuTaken(string sku) => _products.Values.Any(product => product.Sku == sku);

    public Product Add(ProductInput input)
    {
        var id = Interlocked.Increment(ref _lastId);
        var product = new Product(
            id, input.Sku!, input.Name!, input.Category ?? "other", input.Price ?? 0, "EUR", input.Description ?? "", input.Tags ?? []);
        _products[id] = product;
        if (_products.Count > MaxProducts) _products.TryRemove(_products.Keys.Where(key => key > Seeded).Min(), out _);
        return product;
    }
}

public static class ProductRoutes
{
    public static void MapProducts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/products", (ProductStore store, string? category) =>
            new { items = store.All.Where(product => category is null || product.Category == category) });
        routes.MapPost("/api/v1/products", Create);
        routes.MapGet("/api/v1/products/{id:int}", (int id, ProductStore store) => store.Find(id) is { } product
            ? Results.Ok(product)
            : Results.Problem($"there is no product {id}", statusCode: StatusCodes.Status404NotFound));
        routes.MapGet("/api/v1/search", Search);
    }

    private static IResult Create(ProductInput input, ProductStore store)
    {
        var errors = new Dictionary<string, string[]>();
        if (string.IsNullOrWhiteSpace(input.Sku)) errors["sku"] = ["must not be empty"];
        if (string.IsNullOrWhiteSpace(input.Name)) errors["name"] = ["must not be empty"];
        if (input.Price is null or <= 0) errors["price"] = ["must be above zero"];
        if (errors.Count > 0) return Results.ValidationProblem(errors);
        if (store.SkuTaken(input.Sku!))
            return Results.Problem($"sku {input.Sku} exists already", statusCode: StatusCodes.Status409Conflict);
        var product = store.Add(input);
        return Results.Created($"/api/v1/products/{product.Id}", product);
    }

    private static IResult Search(UserStore users, ProductStore products, string? q)
    {
        if (string.IsNullOrWhiteSpace(q))
            return Results.Problem("q is what to search for", statusCode: StatusCodes.Status400BadRequest);
        return Results.Ok(new
        {
            query = q,
            users = users.All.Where(user => Has(user.Name) || Has(user.Email)).Take(10),
            products = products.All.Where(product => Has(product.Name) || Has(product.Description)).Take(10),
        });

        bool Has(string text) => text.Contains(q, StringComparison.OrdinalIgnoreCase);
    }
}
