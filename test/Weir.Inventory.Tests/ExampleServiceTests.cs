using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Traffic;
using Weir.Testing;
using Xunit;

namespace Weir.Inventory.Tests;

/// <summary>The catalogue of the example services' traffic is the list of routes in their source.</summary>
public sealed partial class ExampleServiceTests : IAsyncLifetime, IDisposable
{
    private readonly List<Process> _services = [];
    private readonly HttpClient _http = new();
    private readonly Dictionary<Service, Uri> _addresses = [];

    public async Task InitializeAsync()
    {
        var (api, orders) = (FreePort(), FreePort());
        Start("order-service", orders, ("EXAMPLE_API_URL", $"http://127.0.0.1:{api}"));
        Start("example-api", api, ("ORDER_SERVICE_URL", $"http://127.0.0.1:{orders}"));
        _addresses[Service.ExampleApi] = new Uri($"http://127.0.0.1:{api}");
        _addresses[Service.OrderService] = new Uri($"http://127.0.0.1:{orders}");
        foreach (var address in _addresses.Values) await Answers(address);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var service in _services)
        {
            if (!service.HasExited) service.Kill(entireProcessTree: true);
            service.Dispose();
        }

        _http.Dispose();
    }

    [Fact]
    public async Task The_catalogue_equals_the_routes_in_the_source_of_the_example_services()
    {
        var catalogue = new EndpointCatalogue();
        var random = new Random(2026);
        for (var i = 0; i < 900; i++) await Observe(catalogue, Traffic.Calls.Next(random));
        foreach (var service in _addresses.Keys) await Observe(catalogue, new Call(service, HttpMethod.Get, "/healthz"));
        await Observe(catalogue, new Call(Service.OrderService, HttpMethod.Get, "/"));
        foreach (var (name, folder) in new[] { ("example-api", "example-api"), ("order-service", "order-service") })
        {
            var found = catalogue.Services[name].Endpoints.Where(static one => one.Confirmed).Select(static one => $"{one.Method} {Braces().Replace(one.Template, "{}")}");
            Assert.Equal(RoutesOf(folder), found.Order(StringComparer.Ordinal));
        }

        Assert.Contains("GET /api/v1/users/{user_id}/orders", catalogue.Routes("example-api"));
        Assert.Contains("GET /api/v2/orders/{order_id}/user-details", catalogue.Routes("order-service"));
    }

    /// <summary>Map calls of the source, groups put before.</summary>
    private static SortedSet<string> RoutesOf(string folder)
    {
        var routes = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "examples", folder), "*.cs"))
        {
            var source = File.ReadAllText(file);
            var groups = Group().Matches(source).ToDictionary(static match => match.Groups[1].Value, static match => match.Groups[2].Value);
            foreach (Match match in Route().Matches(source))
            {
                var path = $"{groups.GetValueOrDefault(match.Groups[1].Value, "").TrimEnd('/')}/{match.Groups[3].Value.Trim('/')}";
                var methods = match.Groups[2].Value == "Methods" ? match.Groups[4].Value.Split(',', StringSplitOptions.TrimEntries).Select(static one => one.Trim('"')) : [match.Groups[2].Value];
                foreach (var method in methods) routes.Add($"{method.ToUpperInvariant()} {Braces().Replace(path.Length > 1 ? path.TrimEnd('/') : path, "{}")}");
            }
        }

        Assert.NotEmpty(routes);
        return routes;
    }

    private async Task Observe(EndpointCatalogue catalogue, Call call)
    {
        var name = call.Service == Service.ExampleApi ? "example-api" : "order-service";
        using var request = new HttpRequestMessage(call.Method, new Uri(_addresses[call.Service], call.Path));
        var body = call.RawBody ?? (call.Body is null ? null : JsonSerializer.Serialize(call.Body));
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        var location = response.Headers.Location is { } at ? new[] { ("Location", at.ToString()) } : null;
        catalogue.Observe(Calls.Make(
            call.Method.Method, call.Path, (int)response.StatusCode, answer.Length == 0 ? null : answer, body, name, response.Content.Headers.ContentType?.ToString() ?? "", responseHeaders: location));
    }

    private void Start(string name, int port, (string Name, string Value) other)
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var start = new ProcessStartInfo("dotnet", [Path.Combine(RepositoryRoot.Path, "examples", name, "bin", configuration, "net10.0", name + ".dll")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment[other.Name] = other.Value;
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _services.Add(process);
    }

    private async Task Answers(Uri address)
    {
        for (var deadline = DateTime.UtcNow.AddMinutes(2); ;)
        {
            try
            {
                using var response = await _http.GetAsync(new Uri(address, "/healthz"));
                if (response.StatusCode == HttpStatusCode.OK) return;
            }
            catch (HttpRequestException) when (DateTime.UtcNow < deadline)
            {
                await Task.Delay(100);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Braces();

    [GeneratedRegex("""var (\w+) = \w+\.MapGroup\("([^"]+)"\)""")]
    private static partial Regex Group();

    [GeneratedRegex("""(\w+)\.Map(Get|Post|Put|Patch|Delete|Methods)\("([^"]*)"(?:, \[([^\]]*)\])?""")]
    private static partial Regex Route();
}
