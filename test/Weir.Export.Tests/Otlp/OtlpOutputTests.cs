using Weir.Export.Otlp;
using Weir.Export.Spool;
using Weir.Records;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests.Otlp;

/// <summary>The whole way from exchange to a strict collector over real sockets.</summary>
public sealed class OtlpOutputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-otlp-").FullName;
    private readonly List<string> _told = [];

    [Fact]
    public async Task A_call_is_a_server_span_in_the_words_of_the_semantic_conventions()
    {
        await using var collector = await Collector.Start();
        var call = TestExchange.GetOk();
        call.Endpoint = "/api/v2/orders/{order_id}";
        (call.Server.Service, call.Server.Namespace, call.Server.Pod) = ("orders", "shop", "orders-1");
        (call.Server.Workload, call.Server.WorkloadKind) = ("orders", "Deployment");
        TestExchange.Header(call.Request, "User-Agent", "curl/8");
        await Send(collector, call);
        var span = Assert.Single(collector.Spans);
        Assert.Equal("GET /api/v2/orders/{order_id}", span.GetProperty("name").GetString());
        Assert.Equal(2, span.GetProperty("kind").GetInt32());
        Assert.Equal("1769860800123456789", span.GetProperty("startTimeUnixNano").GetString());
        Assert.Equal("1769860800135956789", span.GetProperty("endTimeUnixNano").GetString());
        Assert.False(span.GetProperty("status").TryGetProperty("code", out _));
        Assert.False(span.TryGetProperty("parentSpanId", out _));
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)
        [
            ("http.request.method", "GET"), ("url.scheme", "http"), ("url.path", "/api/v2/orders/17"), ("url.query", "page=2"),
            ("http.route", "/api/v2/orders/{order_id}"), ("http.response.status_code", "200"), ("network.protocol.name", "http"),
            ("network.protocol.version", "1.1"), ("server.address", "orders"), ("server.port", "8080"), ("client.address", "10.0.0.7"),
            ("client.port", "51324"), ("network.local.address", "10.0.0.9"), ("user_agent.original", "curl/8"), ("http.response.body.size", "9"),
            ("weir.exchange.id", call.Id.ToString()), ("weir.exchange.complete", "True"), ("error.type", "(none)"),
        ])
        {
            Assert.Equal((key, value), (key, collector.Attribute(span, key)));
        }

        var resource = Assert.Single(collector.Resources);
        Assert.Equal("orders", collector.Attribute(resource, "service.name"));
        Assert.Equal("shop", collector.Attribute(resource, "k8s.namespace.name"));
        Assert.Equal("orders", collector.Attribute(resource, "k8s.deployment.name"));
        Assert.Empty(collector.Wrong);
    }

    [Fact]
    public async Task A_call_of_a_trace_belongs_to_it_and_others_have_one_each()
    {
        await using var collector = await Collector.Start();
        var call = TestExchange.GetOk();
        TestExchange.Header(call.Request, "TraceParent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        var broken = TestExchange.GetOk();
        broken.Id = new ExchangeIdGenerator(77).Next(TestExchange.StartNs);
        TestExchange.Header(broken.Request, "traceparent", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01");
        var unparented = TestExchange.GetOk();
        unparented.Id = new ExchangeIdGenerator(99).Next(TestExchange.StartNs);
        TestExchange.Header(unparented.Request, "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01");
        await Send(collector, call, broken, unparented);
        Assert.Equal(
            [("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"), (Hex(broken.Id), null), (Hex(unparented.Id), null)],
            collector.Spans.Select(span => (span.GetProperty("traceId").GetString()!, span.TryGetProperty("parentSpanId", out var parent) ? parent.GetString() : null)));
        Assert.Equal(3, collector.Spans.Select(span => span.GetProperty("spanId").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Errors_of_the_server_and_silence_are_errors_and_unknown_methods_are_few_names()
    {
        await using var collector = await Collector.Start();
        var failed = TestExchange.GetOk();
        failed.Response.Status = 503;
        var silent = TestExchange.Get();
        var odd = TestExchange.GetOk();
        odd.Request.Method = TestExchange.Text(odd.Request, "BREW");
        odd.Response.Status = 404;
        await Send(collector, failed, silent, odd);
        Assert.Equal(["503", "no_response", "(none)"], collector.Spans.Select(span => collector.Attribute(span, "error.type")));
        Assert.Equal([true, true, false], collector.Spans.Select(span => span.GetProperty("status").TryGetProperty("code", out _)));
        Assert.Equal(["GET", "GET", "HTTP"], collector.Spans.Select(span => span.GetProperty("name").GetString()));
        Assert.Equal("BREW", collector.Attribute(collector.Spans.Last(), "http.request.method_original"));
        Assert.Equal("_OTHER", collector.Attribute(collector.Spans.Last(), "http.request.method"));
    }

    [Fact]
    public async Task Whatever_bytes_a_call_has_the_request_stays_whole()
    {
        await using var collector = await Collector.Start();
        var random = new Random(7);
        var calls = Enumerable.Range(0, 200).Select(n =>
        {
            var call = TestExchange.Get(Noise(random), Noise(random));
            call.Id = new ExchangeIdGenerator((uint)n + 1).Next(TestExchange.StartNs);
            call.Request.Method = TestExchange.Text(call.Request, Noise(random));
            call.Request.Host = TestExchange.Text(call.Request, Noise(random));
            TestExchange.Header(call.Request, "User-Agent", Noise(random));
            TestExchange.Header(call.Request, "traceparent", Noise(random));
            return call;
        }).ToArray();
        await Send(collector, calls);
        Assert.Empty(collector.Wrong);
        Assert.Equal(calls.Length, collector.Spans.Count);
    }

    [Fact]
    public async Task Credentials_go_into_fields_and_the_path_of_traces_is_added()
    {
        await using var collector = await Collector.Start();
        await Send(collector, TestExchange.GetOk());
        var headers = Assert.Single(collector.Headers);
        Assert.Equal("Bearer a,b", headers.Authorization);
        Assert.StartsWith("weir/", headers.UserAgent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(401)]
    [InlineData(503)]
    public async Task A_collector_that_cannot_now_gets_the_spans_later_and_once(int status)
    {
        await using var collector = await Collector.Start(new(status, RetryAfterSeconds: 0), new(status));
        await Send(collector, TestExchange.GetOk());
        Assert.Single(collector.Spans);
        Assert.Contains(_told, text => text.Contains("takes messages again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_collector_calls_wrong_is_counted_and_not_sent_again()
    {
        await using var collector = await Collector.Start(
            new(400), new(200, """{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}"""), new(200, "<html>"));
        var output = Output(collector);
        foreach (var count in (int[])[2, 3, 1])
        {
            var before = collector.Headers.Count;
            Write(output, Enumerable.Range(0, count).Select(_ => TestExchange.GetOk()));
            Assert.True(SpinWait.SpinUntil(() => collector.Headers.Count > before, TimeSpan.FromSeconds(60)), "no post came");
        }

        await Task.Run(output.Dispose);
        Assert.Equal(3, output.Losses().Single(loss => loss.Key == "otlp_refused").Value);
        Assert.Equal(3, collector.Headers.Count);
        Assert.Contains(_told, text => text.Contains("rejected 1 spans: too old", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_no_span_is_counted_and_own_deliveries_are_none()
    {
        await using var collector = await Collector.Start();
        var output = Output(collector);
        Write(output, [TestExchange.GetOk()]);
        Assert.True(SpinWait.SpinUntil(() => output.Delivered == 1, TimeSpan.FromSeconds(60)), "nothing was delivered");
        var own = TestExchange.GetOk();
        TestExchange.Header(own.Request, "Idempotency-Key", collector.Headers.First()["Idempotency-Key"].ToString());
        var dns = TestExchange.GetOk();
        dns.Protocol = "DNS";
        var answerOnly = TestExchange.GetOk();
        answerOnly.HasRequest = false;
        var running = TestExchange.GetOk();
        running.InProgress = true;
        Write(output, [own, dns, answerOnly, running]);
        await Task.Run(output.Dispose);
        Assert.Equal(1, output.Delivered);
        Assert.All(output.Ignored(), ignored => Assert.Equal(1, ignored.Value));
    }

    [Theory]
    [InlineData("http://collector:4318", "http://collector:4318/v1/traces")]
    [InlineData("https://otlp.example/", "https://otlp.example/v1/traces")]
    [InlineData("https://otlp.example/api/v1/otlp/v1/traces", "https://otlp.example/api/v1/otlp/v1/traces")]
    [InlineData("grpc://collector:4317", null)]
    [InlineData("https://user:secret@otlp.example/", null)]
    [InlineData("collector", null)]
    [InlineData("", null)]
    public void A_URL_is_a_collector_or_the_whole_way(string text, string? expected)
    {
        Assert.Equal(expected is not null, OtlpOptions.TryParseUrl(text, out var url, out var error));
        Assert.Equal(expected, url?.ToString());
        Assert.DoesNotContain("secret", error ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("api-key=abc, x-tenant=a%2Cb", "api-key=abc;x-tenant=a,b")]
    [InlineData("api-key", null)]
    [InlineData("bad name=1", null)]
    [InlineData("x=a%0D%0Ay:b", null)]
    public void Headers_are_read_as_every_exporter_does(string? text, string? expected)
    {
        Assert.Equal(expected is not null, OtlpOptions.TryParseHeaders(text, out var headers, out _));
        if (expected is not null) Assert.Equal(expected, string.Join(';', headers.Select(header => $"{header.Key}={header.Value}")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Hex(ExchangeId id) => id.Value.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    private static string Noise(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => (char)random.Next(256)));

    private async Task Send(Collector collector, params Exchange[] calls)
    {
        var output = Output(collector);
        Write(output, calls);
        await Task.Run(output.Dispose);
        Assert.Equal(calls.Length, output.Delivered);
    }

    private static void Write(OtlpOutput output, IEnumerable<Exchange> calls)
    {
        var lane = output.OpenLane();
        foreach (var call in calls) lane.Write(call);
        lane.Flush();
    }

    private OtlpOutput Output(Collector collector)
    {
        Assert.True(OtlpOptions.TryParseUrl(collector.Url.ToString(), out var url, out _));
        return new OtlpOutput(new OtlpOptions
        {
            Url = url,
            Headers = [new("Authorization", "Bearer a,b")],
            SpoolRoot = Path.Combine(_folder, "spool"),
            BundleTime = TimeSpan.FromMilliseconds(50),
            Retry = new DeliveryRetry { FirstMs = 10, MaxMs = 50 },
            Tell = text =>
            {
                lock (_told) _told.Add(text);
            },
        });
    }
}
