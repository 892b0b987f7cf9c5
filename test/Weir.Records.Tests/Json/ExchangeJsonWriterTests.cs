using System.Buffers;
using System.Text;
using System.Text.Json;
using Weir.Packets;
using Weir.Records.Credentials;
using Weir.Records.Json;
using Weir.Testing;
using Xunit;

namespace Weir.Records.Tests.Json;

public sealed class ExchangeJsonWriterTests
{
    internal static string Write(Exchange exchange, ExchangeDetail detail = ExchangeDetail.Full)
    {
        var buffer = new ArrayBufferWriter<byte>();
        new ExchangeJsonWriter(detail).Write(exchange, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    [Fact]
    public void A_complete_call_with_all_identities_is_written_key_by_key()
    {
        var exchange = TestExchange.GetOk();
        exchange.Node = "node-1";
        (exchange.Client.Namespace, exchange.Client.Pod, exchange.Client.Workload) = ("shop", "web-6f", "web");
        (exchange.Client.ProcessId, exchange.Client.ProcessName) = (811, "curl");
        (exchange.Server.Namespace, exchange.Server.Pod, exchange.Server.Workload) = ("shop", "orders-5c", "orders");
        exchange.Server.Service = "orders";
        exchange.Endpoint = "/api/v2/orders/{order_id}";
        exchange.HandshakeRttNs = 400_000;
        exchange.Sensitive.Add(new SensitiveData("email", "response.body", 1));
        Assert.True(ExchangeId.TryParse("01KG9ZWQ7V0000000000000002", out var id));
        exchange.Id = id;
        const string Expected = """
            {"id":"01KG9ZWQ7V0000000000000002","startedAt":"2026-01-31T12:00:00.123456Z","durationMs":12.5,
            "source":"ring","node":"node-1","protocol":"HTTP/1.1","scheme":"http","complete":true,
            "client":{"ip":"10.0.0.7","port":51324,"namespace":"shop","pod":"web-6f","workload":"web","process":{"pid":811,"name":"curl"}},
            "server":{"ip":"10.0.0.9","port":8080,"namespace":"shop","pod":"orders-5c","workload":"orders","service":"orders"},
            "request":{"method":"GET","host":"orders:8080","path":"/api/v2/orders/17","query":"page=2",
            "headers":[["Host","orders:8080"]],"bodyBytes":0,"body":null,"bodyEncoding":null,"bodyTruncated":false},
            "response":{"status":200,"reason":"OK","headers":[["Content-Type","application/json"]],"bodyBytes":9,
            "body":"{\"id\":17}","bodyEncoding":"utf8","bodyTruncated":false},
            "endpoint":"/api/v2/orders/{order_id}","timing":{"requestMs":0.1,"waitMs":11.9,"responseMs":0.5},"tcp":{"handshakeRttMs":0.4,"retransmissions":0,"gapBytes":0},
            "anomalies":[],"sensitive":[{"class":"email","where":"response.body","count":1}]}
            """;
        Assert.Equal(Expected.Replace("\n", "", StringComparison.Ordinal), Write(exchange));
    }

    [Fact]
    public void Credentials_are_told_by_their_kind_and_flaws_and_names_of_another_version_are_passed_over()
    {
        var exchange = TestExchange.Get();
        exchange.Credentials = new CredentialVerdict(AuthKinds.Bearer | AuthKinds.Jwt, CredentialFlaws.WithoutExpiry, "admin");
        var json = Write(exchange);
        Assert.Contains(",\"credentials\":{\"kinds\":[\"bearer\",\"jwt\"],\"flaws\":[\"without_expiry\"],\"role\":\"admin\"}", json, StringComparison.Ordinal);
        var again = new Exchange();
        Assert.True(ExchangeJsonReader.TryRead(Encoding.UTF8.GetBytes(json.Replace("\"jwt\"", "\"jwt\",\"retina_scan\"", StringComparison.Ordinal)), again, out var error), error);
        Assert.Equal(exchange.Credentials, again.Credentials);
        exchange.Credentials = new CredentialVerdict(AuthKinds.Basic);
        Assert.Contains(",\"credentials\":{\"kinds\":[\"basic\"]}", Write(exchange), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_without_response_says_null_and_why()
    {
        var exchange = TestExchange.Get();
        exchange.Complete = false;
        exchange.Anomalies.Add(Anomaly.ResponseMissingReset);
        var json = Write(exchange);
        Assert.Contains("\"durationMs\":null", json, StringComparison.Ordinal);
        Assert.Contains("\"response\":null", json, StringComparison.Ordinal);
        Assert.Contains("\"tcp\":{\"handshakeRttMs\":null,", json, StringComparison.Ordinal);
        Assert.EndsWith("\"anomalies\":[\"response_missing_reset\"]}", json, StringComparison.Ordinal);
        Assert.DoesNotContain("node", json, StringComparison.Ordinal);
        Assert.DoesNotContain("endpoint", json, StringComparison.Ordinal);
    }

    [Fact]
    public void A_response_without_request_says_null()
    {
        var exchange = TestExchange.GetOk();
        exchange.HasRequest = false;
        Assert.Contains("\"request\":null,\"response\":{", Write(exchange), StringComparison.Ordinal);
    }

    [Fact]
    public void A_summary_has_sizes_but_no_headers_and_no_bodies()
    {
        using var json = JsonDocument.Parse(Write(TestExchange.GetOk(), ExchangeDetail.Summary));
        var response = json.RootElement.GetProperty("response");
        Assert.Equal(9, response.GetProperty("bodyBytes").GetInt32());
        Assert.False(response.TryGetProperty("headers", out _));
        Assert.False(response.TryGetProperty("body", out _));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(999, "0")]
    [InlineData(1_000, "0.001")]
    [InlineData(10_000, "0.01")]
    [InlineData(12_500_000, "12.5")]
    [InlineData(1_999_999, "1.999")]
    [InlineData(86_400_000_000_000, "86400000")]
    [InlineData(-1, "null")]
    public void Durations_are_cut_to_the_microsecond(long ns, string expected)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var json = new JsonOutput(buffer);
        json.Milliseconds(ns);
        json.Flush();
        Assert.Equal(expected, Encoding.ASCII.GetString(buffer.WrittenSpan));
    }

    [Theory]
    [InlineData(1_769_860_800_123_456_789, "2026-01-31T12:00:00.123456Z")]
    [InlineData(1_709_164_800_000_000_000, "2024-02-29T00:00:00.000000Z")]
    [InlineData(999, "1970-01-01T00:00:00.000000Z")]
    [InlineData(-1, "1969-12-31T23:59:59.999999Z")]
    [InlineData(long.MaxValue, "2262-04-11T23:47:16.854775Z")]
    public void Times_are_cut_to_the_microsecond(long ns, string expected)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var json = new JsonOutput(buffer);
        json.Timestamp(ns);
        json.Flush();
        Assert.Equal($"\"{expected}\"", Encoding.ASCII.GetString(buffer.WrittenSpan));
    }

    [Fact]
    public void Writing_allocates_nothing_without_a_content_coding()
    {
        var exchange = TestExchange.GetOk("{\"text\":\"caf\\u00e9 \\\"quoted\\\"\"}");
        var writer = new ExchangeJsonWriter();
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                writer.Write(exchange, buffer);
                buffer.ResetWrittenCount();
            }
        }));
    }

    [Fact]
    public void Ipv6_addresses_are_written_in_their_short_form()
    {
        var exchange = TestExchange.GetOk();
        exchange.Client.Ip = IpAddress.From(System.Net.IPAddress.Parse("2001:db8::1"));
        Assert.Contains("\"client\":{\"ip\":\"2001:db8::1\",", Write(exchange), StringComparison.Ordinal);
    }
}
