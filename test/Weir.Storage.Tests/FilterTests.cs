using Weir.Records;
using Weir.Records.Json;

namespace Weir.Storage.Tests;

/// <summary>SQL and predicate are two compilers of one language: on every record they must say the same.</summary>
public class FilterTests
{
    private const int Records = 330;

    /// <summary>Conditions that the index columns answer alone.</summary>
    internal static readonly string[] ExactTexts =
    [
        "http", "!http", "complete", "complete == false", "method == \"GET\"", "method != \"GET\"", "method == \"M\u00E9TH\"",
        "path == \"/\"", "path.startsWith(\"/api\")", "path.endsWith(\"17\")", "path.contains(\"'\")", "path.contains(\"%\")",
        "path.contains(\"_\")", "path.contains(\"\U0001F600\")", "path.contains(\"\")", "path.startsWith(\"/a%20b and more\")",
        "path.contains(\"end\")", "path.endsWith(\"end\")", "path == \"/x';DROP TABLE exchanges;--\"",
        "path == host", "host == \"ORDERS:8080\"", "query.contains(\"q='\")", "url.startsWith(\"https://orders\")",
        "url == \"/\"", "url.contains(\"?page\")", "endpoint == \"/api/v2/orders/{order_id}\"", "endpoint == \"\"",
        "status_code == 404", "status_code >= 400 && status_code < 500", "status_code in [200, 500]", "status_code == 0",
        "200 == status_code", "status_code in []", "method in [\"GET\", \"POST\"]", "!(method in [\"GET\", \"POST\"])",
        "elapsed_time > 10000", "duration_ms > 10.5", "duration_ms < 20", "elapsed_time == 0", "status_code > 199.5",
        "request_body_size > 1000", "response_body_size == 0", "src.ip == \"10.0.0.1\"", "dst.ip == \"fd00::9\"",
        "src.port == 4040", "dst.port in [0, 8080]", "src.name == \"web-1\"", "src.name == \"orders\"", "dst.name == \"curl\"",
        "src.namespace == \"shop\"", "src.pod.namespace == \"shop\"", "src.service.namespace == \"\"", "dst.pod.name != \"\"",
        "dst.workload.name == \"web\"", "src.process.name == \"curl\"", "src.process.pid == 811", "dst.process.pid == 0",
        "node_name == \"node-1\"", "node_name == \"\"", "capture_source == \"ebpf_tls\"", "protocol == \"redis\"",
        "http_version == \"\"", "http_version == \"HTTP/1.0\"", "scheme == \"https\"", "\"response_gap\" in anomalies",
        "!(\"bare_line_feed\" in anomalies)", "timestamp > timestamp(\"2026-01-31T12:00:00.1Z\")",
        "timestamp <= timestamp(\"2026-01-31T12:00:00.2Z\") || complete", "true", "false", "!complete == http",
        "(complete || method == \"POST\") && !(status_code == 200 && http)",
    ];

    /// <summary>Conditions of which SQL can answer a part, or nothing.</summary>
    internal static readonly string[] PartialTexts =
    [
        "path.matches(\"^/api/v[0-9]\")", "request.headers[\"content-type\"] == \"application/json\"",
        "\"server\" in response.headers", "request.body.contains(\"17\")", "response.body == \"\"", "size(path) > 5",
        "size(anomalies) == 2", "path < \"/b\"", "method >= \"G\"", "path.contains(host)", "!path.matches(\"api\")",
        "status_code == 200 && path.matches(\"o\")", "status_code == 200 || path.matches(\"o\")",
        "!(status_code == 200 && path.matches(\"o\"))", "complete == path.matches(\"o\")",
        "\"content_encoding_invalid\" in anomalies", "id == \"01KG9Z7X00000000000000000G\"", "id != \"\"",
    ];

    public static TheoryData<string> Exact => [.. ExactTexts];

    public static TheoryData<string> Partial => [.. PartialTexts];

    [Theory]
    [MemberData(nameof(Exact))]
    public void Sql_alone_equals_the_predicate(string text) => AssertEqualsPredicate(text, exact: true);

    [Theory]
    [MemberData(nameof(Partial))]
    public void Sql_with_the_predicate_equals_the_predicate(string text) => AssertEqualsPredicate(text, exact: false);

    [Fact]
    public void Generated_combinations_equal_the_predicate()
    {
        var random = new Random(17);
        string[] leaves = [.. ExactTexts, .. PartialTexts];
        using var store = Fill();
        for (var i = 0; i < 300; i++)
        {
            var text = Combine(random, leaves, depth: 3);
            AssertEqualsPredicate(store, text);
        }
    }

    private static void AssertEqualsPredicate(string text, bool exact)
    {
        Assert.Equal(exact, TemporaryStore.Filter(text).IsExact);
        using var store = Fill();
        AssertEqualsPredicate(store, text);
    }

    private static void AssertEqualsPredicate(TemporaryStore store, string text)
    {
        var filter = TemporaryStore.Filter(text);
        // The store answers for its records, so the expectation is read from them too.
        var expected = Enumerable.Range(0, Records).Select(Rows.Make).Where(original =>
        {
            var read = new Exchange();
            Assert.True(ExchangeJsonReader.TryRead(Rows.Json(original, ExchangeDetail.Full), read, out var error), error);
            return filter.Predicate(read);
        }).Select(e => e.Id.ToString()).Reverse();
        var found = store.Store.Query(new ExchangeQuery { Filter = filter, Limit = 10_000 }).Items.Select(i => i.Id.ToString());
        Assert.True(expected.SequenceEqual(found), text);
    }

    private static TemporaryStore Fill()
    {
        var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, Records));
        return store;
    }

    internal static string Combine(Random random, string[] leaves, int depth) => (depth == 0 ? 0 : random.Next(4)) switch
    {
        1 => $"!({Combine(random, leaves, depth - 1)})",
        2 => $"({Combine(random, leaves, depth - 1)}) && ({Combine(random, leaves, depth - 1)})",
        3 => $"({Combine(random, leaves, depth - 1)}) || ({Combine(random, leaves, depth - 1)})",
        _ => leaves[random.Next(leaves.Length)],
    };
}
