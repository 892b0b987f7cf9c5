using System.Text;
using Weir.Records;
using Xunit;
using static Weir.Protocols.Tests.Traffic;

namespace Weir.Protocols.Tests.GraphQl;

public sealed class GraphQlTests
{
    [Theory]
    [InlineData("{ me { name } }", "query  me")]
    [InlineData("query Q { a: b c }", "query Q b")]
    [InlineData("mutation M($a: [Int!]! = [1, 2], $b: T = {c: \\\")}\\\"}) @d(e: {f: 1}) { g(h: $a) }", "mutation M g")]
    [InlineData("subscription { s }", "subscription  s")]
    [InlineData("# a comment { \\n query # more\\n Q { a }", "query Q a")]
    [InlineData("query Q { ... on T @include(if: true) { x } y }", "query Q x")]
    [InlineData("query Q { ...F y } fragment F on T { z }", "query Q y")]
    [InlineData("fragment F on T { z } query Q { ...F }", "query Q ")]
    [InlineData("query Q { a(s: \\\"\\\"\\\"block \\\\\\\"\\\"\\\" } \\\"\\\"\\\") }", "query Q a")]
    [InlineData("\\u0071uery \\u0051 { a }", "query Q a")]
    public void Operations_are_named(string document, string expected) =>
        Assert.Equal(expected, Post($$"""{"query":"{{document}}"}"""));

    [Fact]
    public void Of_several_operations_the_one_that_is_executed_counts() =>
        Assert.Equal("mutation B b", Post("""{"query":"query A { a } mutation B { b }","operationName":"B"}"""));

    [Theory]
    [InlineData("""[{"query":"{ a }"},{"variables":{"query":"}{"},"query":"query B { b }"}]""", "query  a|query B b")]
    [InlineData("""{"operationName":"Known","extensions":{"x":1,"persistedQuery":{"sha256Hash":"00"}}}""", "query Known ")]
    [InlineData("""{"documentId":"17","operationName":"Known"}""", "query Known ")]
    [InlineData("""{"query":"no graphql at all"}""", "")]
    [InlineData("""{"query":17}""", "")]
    [InlineData("""{"query":"{ a"}""", "")]
    [InlineData("not json", "")]
    public void Bodies_are_read_as_clients_send_them(string body, string expected) => Assert.Equal(expected, Post(body));

    [Theory]
    [InlineData("/search", """{"query":"shoes"}""", "")]
    [InlineData("/search", """{"query":"{ a }"}""", "query  a")]
    [InlineData("/search", """{"filter":1,"query":"{ a }"}""", "")]
    public void Other_paths_need_a_body_that_begins_like_one(string path, string body, string expected) =>
        Assert.Equal(expected, Post(body, path));

    [Fact]
    public void A_document_that_is_the_body_is_read() =>
        Assert.Equal("query Q a", Post("query Q { a }", type: "application/graphql"));

    [Fact]
    public void A_body_cut_at_the_limit_is_read_as_far_as_it_goes() =>
        Assert.Equal("query Q a", Post("""{"query":"query Q { a { b c d e f g h i j k l m } }"}""", limit: 30));

    [Theory]
    [InlineData("query=%7B%20me%20%7D", "query  me")]
    [InlineData("query=query+Q+%7Ba%7D&operationName=Q", "query Q a")]
    [InlineData("operationName=P&extensions=%7B%22persistedQuery%22%3A%7B%7D%7D", "query P ")]
    [InlineData("q=1", "")]
    public void A_query_in_the_address_is_read(string query, string expected) =>
        Assert.Equal(expected, Send($"GET /graphql?{query} HTTP/1.1\r\nHost: a\r\n\r\n"));

    [Fact]
    public void At_most_so_many_operations_are_named() =>
        Assert.Equal(16, Post("[" + string.Join(',', Enumerable.Repeat("""{"query":"{ a }"}""", 100)) + "]").Split('|').Length);

    private static string Post(string body, string path = "/graphql", string type = "application/json", int limit = 65_536) => Send(
        $"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}", limit);

    private static string Send(string request, int limit = 65_536)
    {
        var sink = new Sink();
        var options = new ConversationOptions { Http1 = new Http1.Http1Limits { BodyCaptureBytes = limit } };
        Run(new ConversationFactory(sink, options), [C(request), S("HTTP/1.1 204 No Content\r\n\r\n")]);
        return Assert.Single(sink.Seen);
    }

    private sealed class Sink : IExchangeSink
    {
        public List<string> Seen { get; } = [];

        public void Write(Exchange exchange)
        {
            var call = exchange.GraphQl;
            Seen.Add(string.Join('|', call.Operations.Select(operation =>
                $"{WireNames.Of(operation.Type)} {Encoding.UTF8.GetString(call[operation.Name])} {Encoding.UTF8.GetString(call[operation.Field])}")));
        }
    }
}
