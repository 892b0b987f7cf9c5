using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Storage.Tests.ClickHouse;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>What centers as they are built know of endpoints, together, over one ClickHouse server of Debian.</summary>
public sealed class SharedCatalogueTests(ITestOutputHelper log) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-catalogue-").FullName;
    private readonly long _now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    [SkippableFact]
    public async Task What_any_center_learned_and_what_people_decided_outlives_a_kill_and_shows_at_one_that_starts_with_nothing()
    {
        Skip.If(ClickHouseServer.Missing is not null, ClickHouseServer.Missing);
        using var server = new ClickHouseServer();
        server.Start();
        var (one, other) = (SharedCenters.Address(), SharedCenters.Address());
        using var killed = await SharedCenters.Start(server, _folder, one, "one");
        using var second = await SharedCenters.Start(server, _folder, other, "other");
        using var first = await Login.Open(one);
        using var living = await Login.Open(other);
        await Send(one, "GET", "http://shop.example/orders/{0}", 30);
        await Send(other, "POST", "http://shop.example/carts", 20);
        await Send(other, "GET", "http://pay.example/payments/{0}", 10);
        string[] all = ["GET pay.example /payments/{payment_id}", "GET shop.example /orders/{order_id}", "POST shop.example /carts"];
        await Until(first, all);
        await Until(living, all);

        // Decided where no call of that service came, and right after that the center is killed.
        await Decide(first, "pay.example", "accept", """{"template":"/payments/{number}"}""");
        await Decide(first, "shop.example", "undo", """{"parameter":"order_id"}""", "/orders/{order_id}");
        killed.Signal("KILL");
        await killed.Finish(s_patience);
        string[] decided = ["GET pay.example /payments/{number}", "POST shop.example /carts"];
        await Until(living, lines => decided.All(lines.Contains) && !lines.Any(static line => line.Contains('{', StringComparison.Ordinal) && line.Contains("orders", StringComparison.Ordinal)));
        await Until(living, lines => lines.Contains("GET shop.example /orders/1"), () => Send(other, "GET", "http://shop.example/orders/{0}", 2));

        var begun = SharedCenters.Address();
        using var third = await SharedCenters.Start(server, _folder, begun, "third");
        using var starting = await Login.Open(begun);
        await Until(starting, lines => decided.All(lines.Contains) && lines.Contains("GET shop.example /orders/1"));
        // It goes on with the share of the one that was killed, and both still tell each other.
        await Send(begun, "DELETE", "http://shop.example/carts", 1);
        await Send(other, "PUT", "http://shop.example/carts", 1);
        foreach (var center in (HttpClient[])[living, starting])
            await Until(center, lines => lines.Contains("DELETE shop.example /carts") && lines.Contains("PUT shop.example /carts") && decided.All(lines.Contains));
        log.WriteLine(server.Ask("SELECT name, argMax(holder, version) FROM weir.leases GROUP BY name ORDER BY name"));
        Assert.Equal("2", server.Ask("SELECT uniqExact(kind) FROM weir.documents WHERE kind LIKE 'catalogue%' AND kind <> 'catalogue-decision'"));
        foreach (var center in (Child[])[second, third])
        {
            center.Signal("TERM");
            var (_, _, errors) = await center.Finish(s_patience);
            Assert.DoesNotContain("could not be kept", errors, StringComparison.Ordinal);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task Send(string center, string method, string url, int calls)
    {
        var text = new StringBuilder();
        for (var n = 0; n < calls; n++)
        {
            var target = url.Replace("{0}", n.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"""[["request_method","{method}"],["request_url","{target}"],["response_code","200"],["now","{_now}"],["interval","1"]]""").Append('\n');
        }

        using var http = new HttpClient { Timeout = s_patience };
        using var answer = await http.PostAsync(new Uri($"{center}/message"), new StringContent(text.ToString()));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task Decide(HttpClient center, string service, string what, string body, string? template = null)
    {
        var found = JsonDocument.Parse(await center.GetStringAsync(new Uri($"/api/v1/endpoints?service={service}", UriKind.Relative))).RootElement;
        var endpoint = found.GetProperty("items").EnumerateArray().First(one => template is null || one.GetProperty("template").GetString() == template);
        using var answer = await center.PostAsync(
            new Uri($"/api/v1/endpoints/{endpoint.GetProperty("id").GetString()}/{what}", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static Task Until(HttpClient center, string[] expected) => Until(center, lines => lines.SequenceEqual(expected));

    private static async Task Until(HttpClient center, Func<List<string>, bool> condition, Func<Task>? meanwhile = null)
    {
        var deadline = DateTime.UtcNow + s_patience;
        while (true)
        {
            var items = JsonDocument.Parse(await center.GetStringAsync(new Uri("/api/v1/endpoints", UriKind.Relative))).RootElement.GetProperty("items");
            List<string> lines = [.. items.EnumerateArray().Select(static one => $"{one.GetProperty("method")} {one.GetProperty("service")} {one.GetProperty("template")}").Order(StringComparer.Ordinal)];
            if (condition(lines)) return;
            Assert.True(DateTime.UtcNow < deadline, $"what the test waits for did not happen; there is {string.Join(", ", lines)}");
            if (meanwhile is not null) await meanwhile();
            await Task.Delay(100);
        }
    }
}
