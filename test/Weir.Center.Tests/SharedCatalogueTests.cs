using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Center.Inventory;
using Weir.Records;
using Weir.Storage;
using Weir.Storage.Tests.ClickHouse;

namespace Weir.Center.Tests;

/// <summary>The catalogue of several centers over one ClickHouse server of Debian.</summary>
public sealed class SharedCatalogueTests(ClickHouseFixture fixture) : IClassFixture<ClickHouseFixture>
{
    private static readonly CatalogueOptions s_quick = new()
    {
        FollowInterval = TimeSpan.FromMilliseconds(50), HoldInterval = TimeSpan.FromMilliseconds(300), GoneAfter = TimeSpan.FromSeconds(4), SaveInterval = TimeSpan.FromMilliseconds(200),
    };

    [SkippableFact]
    public async Task Every_center_shows_the_endpoints_of_all_with_their_calls_added_up()
    {
        var store = ClickHouseServer.Options(fixture.Server.Address);
        await using var one = await Start(store);
        await using var other = await Start(store);
        one.Ingest(0, 10);
        other.Ingest(100, 20);
        other.Host.Ingest.Write(Call("payments", "POST", "/payments"));
        foreach (var center in (TestCenter[])[one, other]) await Until(center, "GET orders /orders/{order_id} 30", "POST payments /payments 1");
        // The description and the comparison with a document too.
        Assert.True((await one.Json("/api/v1/openapi?service=payments")).GetProperty("paths").TryGetProperty("/payments", out _));
        using var drift = await Post(one, "/api/v1/drift?service=payments", """{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{}}""");
        Assert.Equal("shadow_endpoint", (await TestCenter.Body(drift)).GetProperty("drift")[0].GetProperty("kind").GetString());
        // And it goes on.
        one.Ingest(10, 5);
        await Until(other, "GET orders /orders/{order_id} 35", "POST payments /payments 1");
        var status = (await one.Json("/api/v1/status")).GetProperty("catalogue");
        Assert.Equal((2, 0, 0), (status.GetProperty("servicesOfOthers").GetInt32(), status.GetProperty("documentsUnread").GetInt32(), status.GetProperty("sharesLost").GetInt32()));
    }

    [SkippableFact]
    public async Task A_decision_made_at_one_center_holds_at_all_of_them_and_at_one_that_starts()
    {
        var store = ClickHouseServer.Options(fixture.Server.Address);
        await using var one = await Start(store);
        await using var other = await Start(store);
        one.Ingest(0, 3);
        other.Host.Ingest.Write(Call("payments", "GET", "/payments/17"));
        await Until(one, "GET orders /orders/{order_id} 3", "GET payments /payments/{payment_id} 1");
        // About what only the other one took.
        await Decide(one, "payments", "accept", """{"template":"/payments/{number}"}""");
        await Until(one, "GET orders /orders/{order_id} 3", "GET payments /payments/{number} 1");
        await Until(other, "GET orders /orders/{order_id} 3", "GET payments /payments/{number} 1");
        await Decide(other, "orders", "undo", """{"parameter":"order_id"}""");
        // What is learned from then on, wherever it comes; until the other has read it, a moment later, values are still values there.
        foreach (var center in (TestCenter[])[one, other])
        {
            await TestCenter.Until(async () =>
            {
                one.Ingest(1, 1);
                other.Ingest(2, 1);
                var lines = await Lines(center);
                return new[] { "GET orders /orders/1 ", "GET orders /orders/2 " }.All(route => lines.Any(line => line.StartsWith(route, StringComparison.Ordinal)));
            });
        }

        await using var third = await Start(store);
        third.Ingest(4, 1);
        await Until(third, lines => lines.Any(static line => line.StartsWith("GET orders /orders/1 ", StringComparison.Ordinal))
            && lines.Contains("GET orders /orders/4 1") && lines.Contains("GET payments /payments/{number} 1"));
        Assert.DoesNotContain(await Lines(one), static line => line.Contains("{order_id}", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_center_that_starts_goes_on_with_the_share_of_one_that_is_gone()
    {
        var store = ClickHouseServer.Options(fixture.Server.Address);
        using var documents = new ClickHouseExchangeStore(store);
        await using (var first = await Start(store))
        {
            first.Ingest(0, 10);
            await Until(first, "GET orders /orders/{order_id} 10");
        }

        Assert.Equal("catalogue", Assert.Single(documents.DocumentMarks("catalogue")).Kind);
        Assert.Equal("", Assert.Single(documents.Leases(), static lease => lease.Name.StartsWith("catalogue-share-", StringComparison.Ordinal)).Holder);
        await using (var second = await Start(store))
        {
            second.Ingest(10, 5);
            await Until(second, "GET orders /orders/{order_id} 15");
            await TestCenter.Until(() => Kept(documents) == 15);
            // Killed, so to speak: nobody gives the share back.
            documents.Hold("catalogue-share-0", "somebody who does not answer");
            await TestCenter.Until(async () => (await second.Json("/api/v1/status")).GetProperty("catalogue").GetProperty("sharesLost").GetInt32() == 1);
            second.Ingest(20, 1);
            await Until(second, "GET orders /orders/{order_id} 16");
        }

        await using var third = await Start(store);
        await Until(third, "GET orders /orders/{order_id} 16");
        third.Ingest(30, 1);
        await Until(third, "GET orders /orders/{order_id} 17");
        Assert.Equal(["catalogue", "catalogue-1"], documents.DocumentMarks("catalogue").Select(static mark => mark.Kind).Distinct().Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task What_an_older_Weir_kept_is_taken_up_decisions_included_and_what_cannot_be_read_is_counted()
    {
        var store = ClickHouseServer.Options(fixture.Server.Address);
        using var documents = new ClickHouseExchangeStore(store);
        var old = new Weir.Inventory.EndpointCatalogue();
        for (var n = 0; n < 4; n++) old.Observe(Calls.Make(n));
        Assert.True(old.Services["orders"].Accept("/orders/{number}"));
        documents.SaveDocuments("catalogue", [("orders", Weir.Inventory.State.ServiceState.Write(old.Services["orders"]))]);
        await using var one = await Start(store);
        await Until(one, "GET orders /orders/{number} 4");
        await TestCenter.Until(() => documents.DocumentMarks("catalogue-decision").Count > 0);
        documents.SaveDocuments("catalogue-7", [("other", "damaged"u8.ToArray())]);
        documents.SaveDocuments("catalogue-decision", [("other\n/x", "damaged"u8.ToArray())]);
        await using var second = await Start(store);
        await Until(second, "GET orders /orders/{number} 4");
        await TestCenter.Until(async () =>
        {
            await Lines(second);
            return (await second.Json("/api/v1/status")).GetProperty("catalogue").GetProperty("documentsUnread").GetInt32() == 1
                || documents.Leases().Any(static lease => lease.Name == "catalogue-share-7" && lease.Holder.Length > 0);
        });
    }

    [SkippableFact]
    public async Task A_store_that_is_away_keeps_nobody_from_looking_and_what_was_decided_meanwhile_holds_when_it_is_back()
    {
        Skip.If(ClickHouseServer.Missing is not null, ClickHouseServer.Missing);
        using var server = new ClickHouseServer();
        server.Start();
        var store = ClickHouseServer.Options(server.Address);
        await using var one = await Start(store);
        await using var other = await Start(store);
        one.Ingest(0, 3);
        await Until(other, "GET orders /orders/{order_id} 3");
        server.Kill();
        var id = (await Json(other)).GetProperty("items")[0].GetProperty("id").GetString();
        using (var refused = await Post(other, $"/api/v1/endpoints/{id}/accept", """{"template":"/orders/{number}"}""")) Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        await Until(other, "GET orders /orders/{number} 3");
        server.Start();
        await Until(one, "GET orders /orders/{number} 3");
    }

    [SkippableFact]
    public async Task What_others_learned_is_shown_as_far_as_there_is_room()
    {
        var store = ClickHouseServer.Options(fixture.Server.Address);
        await using var one = await Start(store);
        one.Ingest(0, 3);
        using var documents = new ClickHouseExchangeStore(store);
        await TestCenter.Until(() => documents.DocumentMarks("catalogue").Count == 1);
        await using var small = await TestCenter.Start(options => options with { ClickHouse = store, Catalogue = s_quick with { MaxSharedBytes = 10 } });
        await TestCenter.Until(async () => (await small.Json("/api/v1/status")).GetProperty("catalogue").GetProperty("documentsRefused").GetInt32() > 0);
        Assert.Empty(await Lines(small));
    }

    private static Task<TestCenter> Start(ClickHouseStoreOptions store) => TestCenter.Start(options => options with { ClickHouse = store, Catalogue = s_quick });

    /// <summary>Calls in what is written down of the first share.</summary>
    private static long Kept(ClickHouseExchangeStore documents)
    {
        var catalogue = new Weir.Inventory.EndpointCatalogue();
        foreach (var (_, body) in documents.LoadDocuments("catalogue")) Assert.True(Weir.Inventory.State.ServiceState.TryRead(body, catalogue, out _));
        return catalogue.Services.Values.Sum(static service => service.Calls);
    }

    private static Exchange Call(string host, string method, string path)
    {
        var call = Calls.Make(5000);
        var request = call.Request;
        request.Method = request.Text.Append(Encoding.ASCII.GetBytes(method));
        request.Path = request.Text.Append(Encoding.ASCII.GetBytes(path));
        request.Host = request.Text.Append(Encoding.ASCII.GetBytes(host));
        return call;
    }

    private static Task<JsonElement> Json(TestCenter center, string query = "") => center.Json("/api/v1/endpoints?" + query);

    private static async Task<List<string>> Lines(TestCenter center) =>
        [.. (await Json(center)).GetProperty("items").EnumerateArray().Select(static one => $"{one.GetProperty("method")} {one.GetProperty("service")} {one.GetProperty("template")} {one.GetProperty("calls")}")];

    private static Task Until(TestCenter center, params string[] expected) => Until(center, lines => lines.Order(StringComparer.Ordinal).SequenceEqual(expected));

    private static async Task Until(TestCenter center, Func<List<string>, bool> condition)
    {
        var seen = "";
        try
        {
            await TestCenter.Until(async () =>
            {
                var lines = await Lines(center);
                seen = string.Join(", ", lines);
                return condition(lines);
            });
        }
        catch (Xunit.Sdk.XunitException)
        {
            Assert.Fail($"what the test waits for did not happen; there is {seen}");
        }
    }

    private static async Task Decide(TestCenter center, string service, string what, string body)
    {
        var id = (await Json(center, "service=" + service)).GetProperty("items")[0].GetProperty("id").GetString();
        using var answer = await Post(center, $"/api/v1/endpoints/{id}/{what}", body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> Post(TestCenter center, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        return await center.Http.SendAsync(request);
    }
}
