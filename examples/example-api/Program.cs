using System.IO.Compression;
using System.Text.Json.Serialization;
using ExampleApi;
using Microsoft.AspNetCore.ResponseCompression;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
if (Environment.GetEnvironmentVariable("PORT") is { Length: > 0 } port) builder.WebHost.UseUrls($"http://*:{port}");

builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<UserStore>();
builder.Services.AddSingleton<ProductStore>();
builder.Services.AddHttpClient<OrderClient>(client =>
{
    client.BaseAddress = new Uri(Environment.GetEnvironmentVariable("ORDER_SERVICE_URL") ?? "http://order-service");
    // The service is asked by its name wherever it listens, as a cluster's DNS would have it.
    client.DefaultRequestHeaders.Host = "order-service";
    client.Timeout = TimeSpan.FromSeconds(5);
    client.DefaultRequestHeaders.UserAgent.ParseAdd("example-api/1.0");
});
builder.Services.ConfigureHttpJsonOptions(options =>
    options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull);
builder.Services.AddProblemDetails();
builder.Services.AddResponseCompression(options => options.Providers.Add<GzipCompressionProvider>());
builder.Services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);

var app = builder.Build();

// Lists and searches are compressed when the client asks for it; single objects never are, so both kinds are on the wire.
app.UseWhen(
    context => context.Request.Path.Value is "/api/v1/users" or "/api/v1/products" or "/api/v1/search",
    branch => branch.UseResponseCompression());

app.MapGet("/", () => new { service = "example-api", version = "1.0.0", documentation = "/api/v1" });
app.MapGet("/healthz", () => Results.Text("ok"));
app.MapUsers();
app.MapProducts();
app.MapOrders();
app.MapLogins();
app.Run();
