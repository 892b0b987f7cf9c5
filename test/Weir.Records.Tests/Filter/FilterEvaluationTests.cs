using Weir.Records.Filter;
using Weir.Testing;
using Xunit;

namespace Weir.Records.Tests.Filter;

public sealed class FilterEvaluationTests
{
    private static Exchange Sample()
    {
        var exchange = TestExchange.GetOk("{\"name\":\"caf\u00c3\u00a9\"}");
        (exchange.Client.Namespace, exchange.Client.Pod) = ("shop", "web-6f");
        (exchange.Server.Namespace, exchange.Server.Service) = ("shop", "orders");
        exchange.Node = "node-1";
        exchange.Anomalies.Add(Anomaly.ResponseGap);
        return exchange;
    }

    private static bool Evaluate(string filter, Exchange exchange)
    {
        Assert.True(ExchangeFilter.TryCompile(filter, out var predicate, out var error), error?.Render(filter));
        return predicate(exchange);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("!false", true)]
    [InlineData("http", true)]
    [InlineData("!http", false)]
    [InlineData("complete == true", true)]
    [InlineData("method == \"GET\"", true)]
    [InlineData("method == 'get'", false)]
    [InlineData("\"GET\" == method", true)]
    [InlineData("method != \"POST\"", true)]
    [InlineData("method in [\"POST\", \"GET\"]", true)]
    [InlineData("method in ['PUT']", false)]
    [InlineData("method in []", false)]
    [InlineData("status_code in [200, 201]", true)]
    [InlineData("status_code in [200.0]", true)]
    [InlineData("!(status_code in [404])", true)]
    [InlineData("status_code >= 200 && status_code < 300", true)]
    [InlineData("status_code == 0xC8", true)]
    [InlineData("status_code > -1", true)]
    [InlineData("status_code == 200.0", true)]
    [InlineData("status_code < 200.5", true)]
    [InlineData("path.startsWith(\"/api/\") && path.endsWith('17') && path.contains(\"orders\")", true)]
    [InlineData("path.matches(\"^/api/v[0-9]+/orders/[0-9]+$\")", true)]
    [InlineData(@"path.matches(r'^/api/v\d+/')", true)]
    [InlineData("path.matches(\"^orders\")", false)]
    [InlineData("path.size() == 17 && size(path) == 17", true)]
    [InlineData("query == \"page=2\"", true)]
    [InlineData("url == \"http://orders:8080/api/v2/orders/17?page=2\"", true)]
    [InlineData("host == \"orders:8080\"", true)]
    [InlineData("host.contains(dst.service.name)", true)]
    [InlineData("src.ip == \"10.0.0.7\" && src.port == 51324 && dst.ip == \"10.0.0.9\" && dst.port == 8080", true)]
    [InlineData("src.pod.name == \"web-6f\" && src.pod.namespace == 'shop'", true)]
    [InlineData("src.name == 'web-6f' && dst.name == 'orders'", true)]
    [InlineData("dst.pod.name == ''", true)]
    [InlineData("dst.pod.namespace == '' && dst.service.namespace == 'shop'", true)]
    [InlineData("node_name == 'node-1'", true)]
    [InlineData("protocol == 'HTTP/1.1' && http_version == 'HTTP/1.1' && scheme == 'http'", true)]
    [InlineData("request.headers['HOST'] == \"orders:8080\"", true)]
    [InlineData("response.headers[\"content-type\"].contains('json')", true)]
    [InlineData("response.headers[\"absent\"] == ''", true)]
    [InlineData("'content-TYPE' in response.headers", true)]
    [InlineData("'absent' in response.headers", false)]
    [InlineData("request.headers.size() == 1", true)]
    [InlineData("response_body_size == 16 && request_body_size == 0", true)]
    [InlineData("response.body.contains('café')", true)]
    [InlineData("response.body.contains('caf\\u00e9')", true)]
    [InlineData("response.body.size() == 15", true)]
    [InlineData("request.body == ''", true)]
    [InlineData("elapsed_time == 12500", true)]
    [InlineData("duration_ms == 12.5", true)]
    [InlineData("duration_ms > 12 && 13 > duration_ms", true)]
    [InlineData("timestamp >= timestamp(\"2026-01-31T12:00:00Z\")", true)]
    [InlineData("timestamp < timestamp(\"2026-01-31T13:00:00+01:00\")", false)]
    [InlineData("capture_source == 'ring'", true)]
    [InlineData("'response_gap' in anomalies", true)]
    [InlineData("'request_gap' in anomalies", false)]
    [InlineData("size(anomalies) == 1", true)]
    [InlineData("id.size() == 26", true)]
    [InlineData("true || true && false", true)]
    [InlineData("(true || true) && false", false)]
    [InlineData("!complete || method == 'GET'", true)]
    [InlineData("method < 'POST'", true)]
    [InlineData("  method\n==\t'GET'  ", true)]
    [InlineData("complete in [true]", true)]
    public void A_filter_says(string filter, bool expected) => Assert.Equal(expected, Evaluate(filter, Sample()));

    [Theory]
    [InlineData("status_code == 0")]
    [InlineData("method == '' && path == '' && host == '' && url == ''")]
    [InlineData("elapsed_time == 0 && duration_ms == 0.0")]
    [InlineData("request.headers['host'] == '' && !('host' in request.headers)")]
    [InlineData("response.body == '' && response_body_size == 0")]
    [InlineData("node_name == '' && src.name == '' && endpoint == '' && src.process.pid == 0")]
    [InlineData("!complete && anomalies.size() == 0")]
    public void What_an_exchange_lacks_reads_as_zero(string filter) => Assert.True(Evaluate(filter, TestExchange.Empty()));

    [Fact]
    public void A_header_that_is_no_utf_8_reads_as_latin_1()
    {
        var exchange = Sample();
        TestExchange.Header(exchange.Request, "X-Name", "J\u00fcrgen");
        Assert.True(Evaluate("request.headers['x-name'] == 'Jürgen'", exchange));
    }

    [Fact]
    public void A_compressed_body_is_searched_decoded()
    {
        var exchange = Sample();
        TestExchange.Header(exchange.Response, "Content-Encoding", "gzip");
        TestExchange.Body(exchange.Response, Json.BodyDecoderTests.Encode("gzip", "needle"u8.ToArray()));
        Assert.True(Evaluate("response.body == 'needle'", exchange));
    }

    [Fact]
    public void Evaluating_allocates_nothing()
    {
        var exchange = Sample();
        const string Filter =
            "method == 'GET' && path.startsWith('/api') && request.headers['host'].contains('orders') && " +
            "status_code in [200, 201] && response.body.contains('name') && src.ip == '10.0.0.7' && method in ['GET']";
        Assert.True(ExchangeFilter.TryCompile(Filter, out var predicate, out _));
        Assert.True(predicate(exchange));
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var i = 0; i < 1000; i++) predicate(exchange);
        }));
    }

    [Fact]
    public void Every_field_can_be_used_and_is_described()
    {
        foreach (var field in FilterFields.All)
        {
            Assert.NotEmpty(field.Description);
            var filter = field.Type switch
            {
                FilterType.Bool => $"{field.Name} || true",
                FilterType.Int => $"{field.Name} >= 0",
                FilterType.Double => $"{field.Name} >= 0.0",
                FilterType.String => $"{field.Name} != 'impossible'",
                FilterType.Timestamp => $"{field.Name} >= timestamp('1970-01-01')",
                _ => $"{field.Name}.size() >= 0",
            };
            Assert.True(Evaluate(filter, Sample()), filter);
            Assert.True(Evaluate(filter, TestExchange.Empty()), filter);
        }
    }
}
