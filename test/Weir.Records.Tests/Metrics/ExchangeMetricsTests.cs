using System.Text;
using Weir.Packets;
using Weir.Records.Metrics;
using Weir.Records.Status;
using Weir.Testing;
using Xunit;

namespace Weir.Records.Tests.Metrics;

public class ExchangeMetricsTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void Calls_are_told_apart_by_service_endpoint_method_and_class()
    {
        var metrics = new ExchangeMetrics();
        metrics.Write(Call("orders", "/orders/{id}", "GET", 200));
        metrics.Write(Call("orders", "/orders/{id}", "GET", 204));
        metrics.Write(Call("orders", "/orders/{id}", "GET", 503));
        metrics.Write(Call("orders", "/orders/{id}", "PUT", 404));
        metrics.Write(Call("cart", null, "BREW", 418));
        Assert.Equal(
            [
                """{namespace="shop",service="cart",endpoint="",protocol="http1",method="other",status_class="4xx"} 1""",
                """{namespace="shop",service="orders",endpoint="/orders/{id}",protocol="http1",method="GET",status_class="2xx"} 2""",
                """{namespace="shop",service="orders",endpoint="/orders/{id}",protocol="http1",method="GET",status_class="5xx"} 1""",
                """{namespace="shop",service="orders",endpoint="/orders/{id}",protocol="http1",method="PUT",status_class="4xx"} 1""",
            ],
            Lines(metrics, "weir_exchange_calls_total"));
    }

    [Fact]
    public void A_server_without_a_name_is_its_address()
    {
        var metrics = new ExchangeMetrics();
        var call = Call(null, null, "GET", 200);
        (call.Server.Namespace, call.Server.Ip, call.Server.Port) = (null, IpAddress.FromV4([10, 0, 0, 9]), 8080);
        metrics.Write(call);
        call.Server.Ip = IpAddress.FromV6([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        metrics.Write(call);
        call.Server.Ip = default;
        metrics.Write(call);
        call.Server.Workload = "web";
        metrics.Write(call);
        Assert.Equal(["10.0.0.9:8080", "[fd00::1]:8080", "unknown", "web"], Lines(metrics, "weir_exchange_calls_total").Select(Service));
    }

    [Theory]
    [InlineData(false, 200, -1, "2xx")]
    [InlineData(true, 200, 0, "2xx")]
    [InlineData(true, 200, 5, "4xx")]
    [InlineData(true, 200, 14, "5xx")]
    [InlineData(true, 503, -1, "5xx")]
    [InlineData(false, 101, -1, "1xx")]
    [InlineData(false, 304, -1, "3xx")]
    [InlineData(false, 999, -1, "5xx")]
    public void The_class_is_how_the_call_ended(bool grpc, int status, int grpcStatus, string expected)
    {
        var metrics = new ExchangeMetrics();
        var call = Call("s", null, "POST", status);
        (call.Grpc.Present, call.Grpc.Status) = (grpc, grpcStatus);
        metrics.Write(call);
        Assert.Contains($"status_class=\"{expected}\"", Assert.Single(Lines(metrics, "weir_exchange_calls_total")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "2xx")]
    [InlineData(2, "5xx")]
    [InlineData(3, "4xx")]
    public void A_lookup_has_the_class_of_its_code(int code, string expected)
    {
        var metrics = new ExchangeMetrics();
        var call = Call("dns", null, "AAAA", code);
        call.Dns.Present = true;
        metrics.Write(call);
        Assert.Contains($"protocol=\"dns\",method=\"AAAA\",status_class=\"{expected}\"", Assert.Single(Lines(metrics, "weir_exchange_calls_total")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_without_an_answer_has_no_class_and_no_duration_and_one_that_runs_is_not_counted()
    {
        var metrics = new ExchangeMetrics();
        var call = Call("s", null, "GET", 200);
        call.InProgress = true;
        metrics.Write(call);
        Assert.Empty(Lines(metrics, "weir_exchange_calls_total"));
        (call.InProgress, call.HasResponse) = (false, false);
        metrics.Write(call);
        Assert.Contains("status_class=\"none\"", Assert.Single(Lines(metrics, "weir_exchange_calls_total")), StringComparison.Ordinal);
        Assert.EndsWith(" 0", Lines(metrics, "weir_exchange_duration_seconds_count").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Durations_fall_into_the_bucket_that_ends_at_them()
    {
        var metrics = new ExchangeMetrics();
        metrics.Write(Call("s", null, "GET", 200, durationNs: 5_000_000));
        metrics.Write(Call("s", null, "GET", 200, durationNs: 5_000_001));
        metrics.Write(Call("s", null, "GET", 200, durationNs: 60 * Second));
        var socket = Call("s", null, "GET", 101, durationNs: 60 * Second);
        socket.ServerSentEvents = 7;
        metrics.Write(socket);
        Assert.Equal(
            ["0 0.001", "0 0.0025", "1 0.005", "2 0.01"],
            Lines(metrics, "weir_exchange_duration_seconds_bucket").Take(4).Select(line => $"{line.Split(' ')[1]} {line.Split("le=\"")[1].Split('"')[0]}"));
        Assert.EndsWith(" 3", Lines(metrics, "weir_exchange_duration_seconds_count").Single(), StringComparison.Ordinal);
        Assert.EndsWith(" 60.010000001", Lines(metrics, "weir_exchange_duration_seconds_sum").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bodies_are_counted_in_bytes()
    {
        var metrics = new ExchangeMetrics();
        var call = Call("s", null, "GET", 200);
        (call.Request.BodyBytes, call.Response.BodyBytes) = (10, 300);
        metrics.Write(call);
        metrics.Write(call);
        Assert.EndsWith(" 20", Lines(metrics, "weir_exchange_request_body_bytes_total").Single(), StringComparison.Ordinal);
        Assert.EndsWith(" 600", Lines(metrics, "weir_exchange_response_body_bytes_total").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Endpoints_beyond_the_limit_of_a_service_are_counted_together_and_do_not_push_others_out()
    {
        var metrics = new ExchangeMetrics(new ExchangeMetricsLimits(MaxSeries: 10, MaxSeriesPerService: 3));
        for (var n = 0; n < 50; n++) metrics.Write(Call("loud", $"/e{n}", "GET", 200));
        metrics.Write(Call("quiet", "/q", "GET", 200));
        var lines = Lines(metrics, "weir_exchange_calls_total");
        Assert.Equal(5, lines.Count);
        Assert.Contains("""{namespace="shop",service="loud",endpoint="other",protocol="other",method="other",status_class="2xx"} 47""", lines);
        Assert.Contains(lines, line => line.Contains("quiet", StringComparison.Ordinal));
        Assert.Contains("""{limit="service"} 47""", Lines(metrics, "weir_exchange_overflow_calls_total"));
        Assert.Contains("""{limit="all"} 0""", Lines(metrics, "weir_exchange_overflow_calls_total"));
    }

    [Fact]
    public void Series_beyond_the_limit_are_counted_together()
    {
        var metrics = new ExchangeMetrics(new ExchangeMetricsLimits(MaxSeries: 4));
        for (var n = 0; n < 5000; n++) metrics.Write(Call($"s{n}", null, "GET", 200));
        var lines = Lines(metrics, "weir_exchange_calls_total");
        Assert.Equal(5, lines.Count);
        Assert.Contains("""{namespace="other",service="other",endpoint="other",protocol="other",method="other",status_class="2xx"} 4996""", lines);
        Assert.Contains("""{limit="all"} 4996""", Lines(metrics, "weir_exchange_overflow_calls_total"));
        Assert.Equal(" 4", Lines(metrics, "weir_exchange_series").Single());
    }

    [Fact]
    public void A_long_label_is_cut_at_a_character()
    {
        var metrics = new ExchangeMetrics(new ExchangeMetricsLimits(MaxLabelBytes: 6));
        metrics.Write(Call("ééééé", new string('x', 1 << 16), "GET", 200));
        Assert.Contains("service=\"ééé\",endpoint=\"xxxxxx\"", Assert.Single(Lines(metrics, "weir_exchange_calls_total")), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_that_a_client_wrote_is_in_a_label()
    {
        const string Secret = "s3cr3t-canary";
        var metrics = new ExchangeMetrics();
        var call = Call("s", null, $"GET{Secret}", 200);
        var request = call.Request;
        request.Path = Text(request, $"/{Secret}");
        request.Query = Text(request, $"token={Secret}");
        request.Host = Text(request, Secret);
        request.Headers.Add(new HeaderField(Text(request, "traceparent"), Text(request, Secret)));
        request.Headers.Add(new HeaderField(Text(request, "Authorization"), Text(request, Secret)));
        call.Protocol = $"HTTP/1.1 {Secret}";
        metrics.Write(call);
        Assert.DoesNotContain(Secret, Exposition.Write(MetricSet.From([metrics]), openMetrics: true), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c")]
    [InlineData("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future", "0af7651916cd43dd8448eb211c80319c")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", null)]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", null)]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", null)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01", null)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c", null)]
    public void The_exemplar_names_the_call_and_its_trace(string header, string? trace)
    {
        var metrics = new ExchangeMetrics();
        var call = Call("s", null, "GET", 200, durationNs: 2_000_000);
        call.Request.Headers.Add(new HeaderField(Text(call.Request, "TraceParent"), Text(call.Request, header)));
        metrics.Write(call);
        var line = Assert.Single(Lines(metrics, "weir_exchange_duration_seconds_bucket", open: true), line => line.Contains('#', StringComparison.Ordinal));
        var labels = trace is null ? $"exchange_id=\"{call.Id}\"" : $"exchange_id=\"{call.Id}\",trace_id=\"{trace}\"";
        Assert.Contains($"le=\"0.0025\"}} 1 # {{{labels}}} 0.002 1769860800.000", line, StringComparison.Ordinal);
        // OpenMetrics §4.6.1
        Assert.InRange(labels.Replace("=\"", "", StringComparison.Ordinal).Length, 1, 128);
    }

    [Fact]
    public void An_exemplar_stays_for_the_interval()
    {
        var metrics = new ExchangeMetrics();
        foreach (var (n, afterNs) in ((int, long)[])[(1, 0), (2, Second - 1), (3, Second)])
        {
            var call = Call("s", null, "GET", 200, atNs: afterNs);
            call.Id = new ExchangeId((UInt128)n);
            metrics.Write(call);
            Assert.Contains($"exchange_id=\"{new ExchangeId((UInt128)(n == 2 ? 1 : n))}\"", string.Join('\n', Lines(metrics, "weir_exchange_duration_seconds_bucket", open: true)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_call_with_known_labels_allocates_nothing()
    {
        var metrics = new ExchangeMetrics(new ExchangeMetricsLimits(MaxSeries: 1));
        var known = Call("s", "/orders/{id}", "GET", 200);
        var beyond = Call("t", "/orders/{id}", "GET", 200);
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var n = 0; n < 1000; n++)
            {
                metrics.Write(known);
                metrics.Write(beyond);
            }
        }));
    }

    [Fact]
    public void Threads_may_count_at_once()
    {
        var metrics = new ExchangeMetrics(new ExchangeMetricsLimits(MaxSeries: 3));
        Parallel.For(0, 8, worker =>
        {
            for (var n = 0; n < 2000; n++) metrics.Write(Call($"s{(worker + n) % 5}", null, "GET", 200));
        });
        Assert.Equal(16_000, Lines(metrics, "weir_exchange_calls_total").Sum(line => long.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static Exchange Call(string? service, string? endpoint, string method, int status, long durationNs = 3_000_000, long atNs = 0)
    {
        var call = new Exchange { HasRequest = true, HasResponse = true, Complete = true, Endpoint = endpoint, EndpointIsDecided = true, Id = new ExchangeId(7) };
        (call.Server.Namespace, call.Server.Service) = ("shop", service);
        call.Request.Method = Text(call.Request, method);
        call.Request.FirstByteNs = (1_769_860_800 * Second) + atNs;
        call.Response.LastByteNs = call.Request.FirstByteNs + durationNs;
        call.Response.Status = status;
        return call;
    }

    private static Slice Text(HttpMessage message, string text) => message.Text.Append(Encoding.ASCII.GetBytes(text));

    /// <summary>What stands behind the name in the samples of that name.</summary>
    private static List<string> Lines(IStatusSource metrics, string name, bool open = false) =>
    [
        .. Exposition.Write(MetricSet.From([metrics]), open).Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is '{' or ' ').Select(line => line[name.Length..]),
    ];

    private static string Service(string line) => line.Split("service=\"")[1].Split('"')[0];
}
