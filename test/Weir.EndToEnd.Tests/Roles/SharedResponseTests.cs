using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.EndToEnd.Tests.Support;
using Weir.Kubernetes.TestServer;
using Weir.Storage.Tests.ClickHouse;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>Incidents, silences and limits of two centers as they are built, over one ClickHouse server of Debian.</summary>
public sealed class SharedResponseTests : IDisposable
{
    private const string Rps = "nginx.ingress.kubernetes.io/limit-rps";
    private const string Guessing = "password_guessing";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-response-").FullName;

    [SkippableFact]
    public async Task A_silence_of_one_center_holds_at_the_other_and_a_killed_one_leaves_no_incident_open_and_no_limit_set()
    {
        Skip.If(ClickHouseServer.Missing is not null, ClickHouseServer.Missing);
        using var server = new ClickHouseServer();
        server.Start();
        await using var cluster = await Cluster();
        var more = $"detection: {{learning: 1s, quiet: 1h}}\ncluster: {{enabled: true, kubeconfig: {_folder}/kubeconfig}}";
        await File.WriteAllTextAsync(Path.Combine(_folder, "kubeconfig"), cluster.Kubeconfig());
        var (one, other) = (SharedCenters.Address(), SharedCenters.Address());
        using var killed = await SharedCenters.Start(server, _folder, one, "one", more);
        using var second = await SharedCenters.Start(server, _folder, other, "other", more);
        using var first = await Login.Open(one);
        using var living = await Login.Open(other);

        await Attack(one, "shop.example");
        var incident = await Until(living, "/api/v1/incidents?state=open&severity=high", static found => found.GetProperty("items") is { } items && items.GetArrayLength() == 1 ? items[0] : (JsonElement?)null);
        Assert.Equal(Guessing, incident.GetProperty("kind").GetString());
        var id = incident.GetProperty("id").GetString();
        Assert.Equal(id, (await Json(living, $"/api/v1/incidents/{id}")).GetProperty("id").GetString());

        await Post(first, "/api/v1/alerts/silences", $$"""{"kind":"{{Guessing}}","durationSeconds":3600,"comment":"drill"}""");
        var silence = await Until(living, "/api/v1/alerts/silences", static found => found.GetArrayLength() == 1 ? found[0] : (JsonElement?)null);
        await Until(living, "/api/v1/ratelimits/changes", static found => found.EnumerateArray().Any(static one => one.GetProperty("action").GetString() == "silence.add") ? found : (JsonElement?)null);

        // Over while its center is taken for there, and over for all to see when it is not.
        await Post(first, "/api/v1/ratelimits", """{"target":{"kind":"Ingress","namespace":"shop","name":"web"},"rps":5,"ttlSeconds":10}""");
        Assert.Equal("5", Annotation(cluster));
        await Until(living, "/api/v1/ratelimits", static found => found.GetArrayLength() == 1 && found[0].GetProperty("state").GetString() == "active" ? found : (JsonElement?)null);

        killed.Signal("KILL");
        await killed.Finish(s_patience);
        // What was silenced at the center that is gone is silent at the one that lives.
        await Attack(other, "shop.example");
        var own = await Until(living, "/api/v1/incidents?state=open&severity=high", found =>
            found.GetProperty("items").EnumerateArray().Where(one => one.GetProperty("id").GetString() != id).Select(static one => (JsonElement?)one).FirstOrDefault());
        await Until(living, $"/api/v1/incidents/{own.GetProperty("id").GetString()}/deliveries", static found =>
            found.EnumerateArray().Any(static one => one.GetProperty("state").GetString() == "silenced") ? found : (JsonElement?)null);
        // A minute later nobody waits for the end of what the killed one had seen.
        await Until(living, $"/api/v1/incidents/{id}", static found => found.GetProperty("state").GetString() == "closed" ? found : (JsonElement?)null);
        Assert.Equal("open", (await Json(living, $"/api/v1/incidents/{own.GetProperty("id").GetString()}")).GetProperty("state").GetString());
        await Until(living, "/api/v1/ratelimits", static found => found[0].GetProperty("state").GetString() == "reverted" ? found : (JsonElement?)null);
        Assert.Null(Annotation(cluster));

        using var ended = await living.DeleteAsync(new Uri($"/api/v1/alerts/silences/{silence.GetProperty("id").GetString()}", UriKind.Relative));
        Assert.True(ended.IsSuccessStatusCode, await ended.Content.ReadAsStringAsync());
        using var again = await SharedCenters.Start(server, _folder, one, "one", more);
        using var back = await Login.Open(one);
        Assert.Equal(0, (await Json(back, "/api/v1/alerts/silences")).GetArrayLength());
        Assert.Equal("closed", (await Json(back, $"/api/v1/incidents/{id}")).GetProperty("state").GetString());
        Assert.Equal("open", (await Json(back, $"/api/v1/incidents/{own.GetProperty("id").GetString()}")).GetProperty("state").GetString());
        foreach (var center in (Child[])[again, second])
        {
            center.Signal("TERM");
            await center.Finish(s_patience);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A stand-in with Ingress <c>shop/web</c> of ingress-nginx.</summary>
    private static async Task<ApiServer> Cluster()
    {
        var cluster = await ApiServer.StartAsync();
        cluster.Put("ingressclasses", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "edge" }, ["spec"] = new JsonObject { ["controller"] = "k8s.io/ingress-nginx" } });
        cluster.Put("ingresses", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "web", ["namespace"] = "shop" }, ["spec"] = new JsonObject { ["ingressClassName"] = "edge" } });
        return cluster;
    }

    private static string? Annotation(ApiServer cluster) => (string?)cluster.Store.Get(cluster.Type("ingresses"), "shop", "web")!["metadata"]!["annotations"]?[Rps];

    private static async Task Post(HttpClient center, string path, string body)
    {
        using var answer = await center.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Two minutes of quiet traffic that ended some seconds ago, and then somebody who is refused again and again.</summary>
    private static async Task Attack(string center, string host)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var text = new StringBuilder();
        for (var n = 0; n < 60; n++) Line(now - 130_000 + (n * 2000), 200);
        for (var n = 0; n < 40; n++) Line(now - 5000 + (n * 50), 401);
        using var http = new HttpClient { Timeout = s_patience };
        using var answer = await http.PostAsync(new Uri($"{center}/message"), new StringContent(text.ToString()));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());

        void Line(long at, int status) => text.Append(
            CultureInfo.InvariantCulture, $"""[["request_method","GET"],["request_url","http://{host}/login"],["response_code","{status}"],["now","{at}"],["interval","1"]]""").Append('\n');
    }

    private static async Task<JsonElement> Json(HttpClient center, string path)
    {
        using var document = JsonDocument.Parse(await center.GetStringAsync(new Uri(path, UriKind.Relative)));
        return document.RootElement.Clone();
    }

    private static async Task<JsonElement> Until(HttpClient center, string path, Func<JsonElement, JsonElement?> find)
    {
        var deadline = DateTime.UtcNow + s_patience;
        while (true)
        {
            var found = await Json(center, path);
            if (find(found) is { } wanted) return wanted;
            Assert.True(DateTime.UtcNow < deadline, $"what the test waits for did not happen; {path} is {found}");
            await Task.Delay(100);
        }
    }
}
