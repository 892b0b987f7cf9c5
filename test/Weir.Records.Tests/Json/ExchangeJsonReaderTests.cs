using System.Text;
using Weir.Records.Credentials;
using Weir.Records.Json;
using Weir.Testing;
using Xunit;

namespace Weir.Records.Tests.Json;

public sealed class ExchangeJsonReaderTests
{
    private static string RoundTrip(string json)
    {
        var exchange = new Exchange();
        Assert.True(ExchangeJsonReader.TryRead(Encoding.UTF8.GetBytes(json), exchange, out var error), error);
        return ExchangeJsonWriterTests.Write(exchange);
    }

    public static TheoryData<string> Cases() => new(Records());

    private static List<string> Records()
    {
        var data = new List<string>();
        var full = TestExchange.GetOk("tab\tquote\" \u0001 caf\u00e9");
        full.Node = "n\"1";
        (full.Client.Namespace, full.Client.Pod, full.Client.ProcessId) = ("shop", "web", 7);
        (full.Server.ProcessName, full.Server.Service) = ("nginx", "orders");
        (full.Endpoint, full.Source) = ("/orders/{id}", CaptureSourceKind.EbpfTls);
        (full.HandshakeRttNs, full.GapBytes, full.Retransmissions) = (412_345, 9, 3);
        full.Anomalies.Add(Anomaly.ResponseGap);
        full.Anomalies.Add(Anomaly.SimpleRequest);
        full.Sensitive.Add(new SensitiveData("email", "request.body", 2));
        full.Credentials = new CredentialVerdict(AuthKinds.Bearer | AuthKinds.Jwt | AuthKinds.ApiKeyHeader, CredentialFlaws.Unsigned | CredentialFlaws.LongLived, "read:orders");
        full.Response.Trailers.Add(full.Response.Headers[0]);
        data.Add(ExchangeJsonWriterTests.Write(full));

        var gzip = TestExchange.GetOk();
        TestExchange.Header(gzip.Response, "Content-Encoding", "gzip");
        TestExchange.Body(gzip.Response, BodyDecoderTests.Encode("gzip", "hello"u8.ToArray()));
        data.Add(ExchangeJsonWriterTests.Write(gzip));

        var broken = TestExchange.GetOk("not gzip \u00ff");
        TestExchange.Header(broken.Response, "Content-Encoding", "gzip");
        data.Add(ExchangeJsonWriterTests.Write(broken));

        var latin = TestExchange.GetOk("caf\u00e9 \u0080");
        TestExchange.Header(latin.Response, "Content-Type", "text/plain; charset=iso-8859-1");
        data.Add(ExchangeJsonWriterTests.Write(latin));

        var noResponse = TestExchange.Get("/caf\u00e9", "");
        noResponse.Anomalies.Add(Anomaly.ResponseMissingIdle);
        data.Add(ExchangeJsonWriterTests.Write(noResponse));

        var noRequest = TestExchange.GetOk();
        noRequest.HasRequest = false;
        noRequest.Response.BodyTruncated = true;
        data.Add(ExchangeJsonWriterTests.Write(noRequest));
        data.Add(ExchangeJsonWriterTests.Write(TestExchange.Empty()));
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Writing_what_was_read_gives_the_same_bytes(string json) => Assert.Equal(json, RoundTrip(json));

    [Fact]
    public void Random_exchanges_survive_the_round_trip()
    {
        var random = new Random(5);
        string[] codings = ["", "gzip", "br", "zstd", "deflate"];
        string[] types = ["application/json", "text/plain; charset=latin1", "image/png"];
        for (var i = 0; i < 2000; i++)
        {
            var exchange = TestExchange.GetOk();
            exchange.Response.Headers.Clear();
            var coding = codings[random.Next(codings.Length)];
            TestExchange.Header(exchange.Response, "Content-Type", types[random.Next(types.Length)]);
            if (coding.Length > 0) TestExchange.Header(exchange.Response, "Content-Encoding", coding);
            var body = new byte[random.Next(30)];
            random.NextBytes(body);
            TestExchange.Header(exchange.Response, Encoding.Latin1.GetString(body), "v\u00fc");
            TestExchange.Body(exchange.Response, random.Next(2) == 0 && coding == "gzip" ? BodyDecoderTests.Encode("gzip", body) : body);
            exchange.Response.BodyTruncated = random.Next(2) == 0;
            exchange.Request.FirstByteNs = random.NextInt64(1_000_000, 4_000_000_000_000_000_000);
            exchange.Request.LastByteNs = exchange.Request.FirstByteNs + random.NextInt64(10_000_000_000);
            exchange.Response.FirstByteNs = exchange.Request.FirstByteNs + random.NextInt64(10_000_000_000);
            exchange.Response.LastByteNs = exchange.Request.FirstByteNs + random.NextInt64(10_000_000_000);
            var json = ExchangeJsonWriterTests.Write(exchange);
            Assert.Equal(json, RoundTrip(json));
        }
    }

    [Fact]
    public void Keys_in_any_order_and_unknown_keys_are_accepted()
    {
        var exchange = new Exchange();
        var json = """
            { "future": {"a":[1,{"b":null}]}, "response": {"bodyEncoding":"base64","body":"/9g=","status":204,"bodyBytes":2},
              "\u0069d": "01KG9ZWQ7V0000000000000002", "anomalies":["not_yet_invented","host_missing"] }
            """u8;
        Assert.True(ExchangeJsonReader.TryRead(json, exchange, out var error), error);
        Assert.Equal([0xFF, 0xD8], exchange.Response.Body.Span.ToArray());
        Assert.False(exchange.HasRequest);
        Assert.True(exchange.Anomalies.Contains(Anomaly.HostMissing));
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "not an object")]
    [InlineData("{}", "\"id\" is missing")]
    [InlineData("""{"id":"x"}""", "ULID")]
    [InlineData("""{"id":7}""", "not a string")]
    [InlineData("""{"id":"01KG9ZWQ7V0000000000000002"} x""", "JSON")]
    [InlineData("""{"id":"01KG9ZWQ7V0000000000000002","startedAt":"yesterday"}""", "time")]
    [InlineData("""{"id":"01KG9ZWQ7V0000000000000002","startedAt":"0001-01-01T00:00:00Z"}""", "time")]
    [InlineData("""{"id":"01KG9ZWQ7V0000000000000002","durationMs":1e300}""", "milliseconds")]
    [InlineData("""{"id":"01KG9ZWQ7V0000000000000002","client":{"port":65536}}""", "port")]
    [InlineData("""{"id":"01KG9ZWQ7V0000000000000002","client":{"ip":"x"}}""", "address")]
    [InlineData("""{"id":"01KG9ZWQ7V0000000000000002","request":{"headers":[["a"]]}}""", "pair")]
    [InlineData("""{"id":"01KG9ZWQ7V0000000000000002","request":{"body":"*","bodyEncoding":"base64"}}""", "base64")]
    [InlineData("""{"id":"01KG9ZWQ7V0000000000000002","node":"\ud800"}""", "Unicode")]
    public void Bad_records_are_refused_with_a_reason(string json, string reason)
    {
        Assert.False(ExchangeJsonReader.TryRead(Encoding.UTF8.GetBytes(json), new Exchange(), out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_records_never_throw()
    {
        var random = new Random(3);
        var exchange = new Exchange();
        var records = Records().ConvertAll(Encoding.UTF8.GetBytes);
        var refused = 0;
        for (var i = 0; i < 30_000; i++)
        {
            var record = records[random.Next(records.Count)].ToArray();
            for (var damage = random.Next(1, 4); damage > 0; damage--)
            {
                var at = random.Next(record.Length);
                switch (random.Next(3))
                {
                    case 0:
                        record[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        record = [.. record[..at], .. record[random.Next(at, record.Length)..], (byte)' '];
                        break;
                    default:
                        record[at] = "{}[]\":,0-9.e\\untf"u8[random.Next(17)];
                        break;
                }
            }

            if (ExchangeJsonReader.TryRead(record, exchange, out var error)) ExchangeJsonWriterTests.Write(exchange);
            else Assert.NotEmpty(error);
            refused += error is null ? 0 : 1;
        }

        Assert.InRange(refused, 10_000, 30_000);
    }
}
