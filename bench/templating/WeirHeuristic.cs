using System.Text;
using Weir.Inventory;
using Weir.Records;

namespace Weir.Benchmarks.Templating;

/// <summary>Weir's catalogue on the same calls.</summary>
/// <param name="bodies">Also the answers; without them it sees methods, paths and status codes as the others do.</param>
internal sealed class WeirHeuristic(bool bodies) : IHeuristic
{
    public string Name => bodies ? "Weir" : "Weir, paths alone";

    public IReadOnlySet<string> Routes(IReadOnlyList<Call> calls)
    {
        var catalogue = new EndpointCatalogue();
        var exchange = new Exchange();
        var timeNs = 1_769_860_800_000_000_000;
        foreach (var call in calls)
        {
            Fill(exchange, call, timeNs += 1_000_000);
            catalogue.Observe(exchange);
        }

        return catalogue.Services.Values.SelectMany(static service => service.Endpoints).Where(static endpoint => endpoint.Confirmed)
            .Select(static endpoint => $"{endpoint.Method} {Structure(endpoint.Template)}").ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>A value with its file ending is one parameter in the routes of the corpus.</summary>
    private static string Structure(string template) =>
        string.Join('/', template.Split('/').Select(static segment => segment.StartsWith('{') ? "{}" : segment));

    private void Fill(Exchange exchange, Call call, long timeNs)
    {
        exchange.Clear();
        (exchange.HasRequest, exchange.HasResponse, exchange.Complete) = (true, true, true);
        var request = exchange.Request;
        request.Method = request.Text.Append(Encoding.ASCII.GetBytes(call.Method));
        request.Path = request.Text.Append(Encoding.UTF8.GetBytes(call.Path));
        request.Host = request.Text.Append("api"u8);
        request.FirstByteNs = request.LastByteNs = timeNs;
        var response = exchange.Response;
        response.Status = call.Status;
        response.FirstByteNs = response.LastByteNs = timeNs + 1000;
        if (!bodies || call.Body is null) return;
        response.ContentType = response.Text.Append("application/json"u8);
        response.Body.Append(Encoding.UTF8.GetBytes(call.Body));
        response.BodyBytes = response.Body.Length;
    }
}
