using System.IO.Compression;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.ResponseCompression;
using OrderService;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
if (Environment.GetEnvironmentVariable("PORT") is { Length: > 0 } port) builder.WebHost.UseUrls($"http://*:{port}");

builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<Warehouse>();
builder.Services.AddSingleton<OrderBook>();
builder.Services.AddHttpClient<ExampleApiClient>(client =>
{
    client.BaseAddress = new Uri(Environment.GetEnvironmentVariable("EXAMPLE_API_URL") ?? "http://example-api");
    // The service is asked by its name wherever it listens, as a cluster's DNS would have it.
    client.DefaultRequestHeaders.Host = "example-api";
    client.Timeout = TimeSpan.FromSeconds(5);
    client.DefaultRequestHeaders.UserAgent.ParseAdd("order-service/2.0");
});
builder.Services.ConfigureHttpJsonOptions(options =>
{
    options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
    options.SerializerOptions.Converters.Add(new JsonStringEnumConverter<OrderStatus>(System.Text.Json.JsonNamingPolicy.CamelCase));
});
builder.Services.AddProblemDetails();
builder.Services.AddResponseCompression(options => options.Providers.Add<GzipCompressionProvider>());
builder.Services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);

var app = builder.Build();

// Reports and the stock list are compressed when the client asks for it; orders never are.
app.UseWhen(
    context => context.Request.Path.Value is "/api/v2/reports/sales" or "/api/v2/inventory",
    branch => branch.UseResponseCompression());

app.MapGet("/healthz", () => Results.Text("ok"));
app.MapOrders();
app.MapInventory();
app.Run();
