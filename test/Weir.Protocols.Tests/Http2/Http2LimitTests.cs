using Weir.Protocols.Http2;
using Weir.Records;
using Weir.Streams;
using Weir.Testing;
using Xunit;
using static Weir.Protocols.Tests.Traffic;

namespace Weir.Protocols.Tests.Http2;

public sealed class Http2LimitTests
{
    private const string Get = ":method=GET|:scheme=http|:path=/x|:authority=h";

    private static Http2Writer Client() => new Http2Writer().Raw(Http2Writer.Preface).Settings();

    private static List<Seen> Play(Http2Writer client, Http2Writer server, Http2Limits limits) =>
        Run([Bytes(true, client.Take()), Bytes(false, server.Take())], new ConversationOptions { Http2 = limits }).Exchanges;

    [Fact]
    public void A_body_beyond_the_limit_is_counted_and_skipped()
    {
        var one = Assert.Single(Play(Client().Headers(1, Get, end: true), new Http2Writer().Settings().Headers(1, ":status=200").Data(1, "0123456789")
            .Data(1, "0123456789", end: true), new Http2Limits { BodyCaptureBytes = 12 }));
        Assert.Equal(("012345678901", 20, true, true), (one.ResponseBody, one.ResponseBodyBytes, one.ResponseTruncated, one.Complete));
    }

    [Fact]
    public void Bodies_of_open_streams_share_a_budget()
    {
        var client = Client();
        var server = new Http2Writer().Settings();
        for (var id = 1; id < 40; id += 2) client.Headers(id, Get, end: true);
        for (var id = 1; id < 40; id += 2) server.Headers(id, ":status=200").Data(id, new string('x', 100));
        for (var id = 1; id < 40; id += 2) server.Data(id, "end", end: true);
        var seen = Play(client, server, new Http2Limits { MaxConnectionBytes = 1500 });
        Assert.All(seen, one => Assert.Equal((103, true), (one.ResponseBodyBytes, one.Complete)));
        Assert.InRange(seen.Sum(one => one.ResponseBody.Length), 100, 1600);
    }

    [Fact]
    public void Beyond_the_limit_of_streams_the_most_silent_is_let_go_and_its_frames_are_nobodys()
    {
        var client = Client().Headers(1, Get, end: true).Headers(3, ":method=POST|:scheme=http|:path=/x|:authority=h").Headers(5, Get, end: true);
        var server = new Http2Writer().Settings().Headers(1, ":status=200").Data(1, "late", end: true).Headers(3, ":status=201", end: true);
        var seen = Play(client, server, new Http2Limits { MaxStreams = 2 });
        Assert.Equal([(1, "ResponseMissingEvicted")], seen.Where(one => one.Has(Anomaly.ResponseMissingEvicted)).Select(one => (one.StreamId, one.Anomalies)));
        Assert.Equal(3, seen.Count);
        Assert.Equal(201, seen.Single(one => one.StreamId == 3).Status);
    }

    [Fact]
    public void A_header_block_beyond_the_limit_is_skipped_and_what_it_changed_is_unknown()
    {
        var client = Client();
        client.Headers(1, Get + "|x-known=1", end: true);
        client.Headers(3, Get + "|x-long=" + new string('v', 300), end: true);
        client.Headers(5, Get + "|x-known=1", end: true);
        var block = client.Block(Get + "|x-long=" + new string('w', 300));
        client.Frame(1, 0x01, 7, block[..100]).Frame(9, 0, 7, block[100..200]).Frame(9, 4, 7, block[200..]).Headers(9, Get, end: true);
        var server = new Http2Writer().Settings();
        for (var id = 1; id < 10; id += 2) server.Headers(id, ":status=204", end: true);
        var seen = Play(client, server, new Http2Limits { MaxHeaderBlockBytes = 250 });
        Assert.Equal(
            ["x-known=1 ", " HeaderTooLarge HeaderUnknown", " HeaderUnknown", " HeaderTooLarge HeaderUnknown", " HeaderUnknown"],
            seen.Select(one => $"{one.RequestHeaders} {one.Anomalies}"));
        Assert.Equal([true, false, false, false, false], seen.Select(one => one.Complete));
    }

    [Fact]
    public void Fields_beyond_the_limits_are_dropped_and_marked()
    {
        var client = Client().Headers(1, Get + "|a=1|b=2|c=3|d=4", end: true).Headers(3, Get + "|a=" + new string('x', 150), end: true);
        var server = new Http2Writer().Settings().Headers(1, ":status=204", end: true).Headers(3, ":status=204", end: true);
        var seen = Play(client, server, new Http2Limits { MaxHeaders = 3, MaxHeadBytes = 100 });
        Assert.Equal(["a=1|b=2|c=3 TooManyHeaders", " HeaderTooLarge"], seen.Select(one => $"{one.RequestHeaders} {one.Anomalies}"));
    }

    [Fact]
    public void Frames_beyond_the_announced_size_are_no_frames()
    {
        var large = new byte[20_000];
        var allowed = new Http2Writer().Settings().Headers(1, ":status=200").Data(1, large, end: true);
        Assert.Equal(20_000, Assert.Single(Play(Client().Settings((5, 32_768)).Headers(1, Get, end: true), allowed, Http2Limits.Default)).ResponseBodyBytes);
        var forbidden = new Http2Writer().Settings().Headers(1, ":status=200").Data(1, large, end: true);
        var one = Assert.Single(Play(Client().Headers(1, Get, end: true), forbidden, Http2Limits.Default));
        Assert.Equal(("ResponseBodyIncomplete FrameInvalid", false), (one.Anomalies, one.Complete));
    }

    [Fact]
    public void Changed_table_sizes_are_followed_in_both_directions()
    {
        var client = Client().Settings((1, 0));
        var server = new Http2Writer().Settings((1, 100)).SettingsAck().SettingsAck();
        client.SettingsAck().Frame(1, 5, 1, PacketBuilder.Concat(client.Resize(100), client.Block(Get + "|x=1")));
        client.Headers(3, Get + "|x=1|yyyyyyyyyyyyyyyyyyyy=2", end: true).Headers(5, Get + "|x=1", end: true);
        server.Frame(1, 5, 1, PacketBuilder.Concat(server.Resize(0), server.Block(":status=200|s=1"))).Headers(3, ":status=200|s=1", end: true)
            .Headers(5, ":status=200|s=1", end: true);
        var seen = Play(client, server, Http2Limits.Default);
        Assert.Equal(["x=1", "x=1|yyyyyyyyyyyyyyyyyyyy=2", "x=1"], seen.Select(one => one.RequestHeaders));
        Assert.All(seen, one => Assert.Equal(("s=1", ""), (one.ResponseHeaders, one.Anomalies)));
    }

    [Fact]
    public void A_table_size_that_is_not_lowered_after_the_acknowledgment_is_marked()
    {
        var server = new Http2Writer().Settings().SettingsAck().SettingsAck().Headers(1, ":status=200|s=1", end: true);
        var one = Assert.Single(Play(Client().Settings((1, 0)).Headers(1, Get, end: true), server, Http2Limits.Default));
        Assert.Equal("HeaderBlockInvalid", one.Anomalies);
    }

    [Fact]
    public void Random_bytes_mutations_and_gaps_never_throw()
    {
        var random = new Random(11);
        var rows = ((IEnumerable<object[]>)Http2Cases.All).Select(row => (Http2Case)row[0]).ToArray();
        var small = new ConversationOptions
        {
            Http2 = new Http2Limits { MaxHeadBytes = 200, MaxHeaders = 4, BodyCaptureBytes = 8, MaxStreams = 2, MaxResyncBytes = 200, MaxTableBytes = 100 },
        };
        for (var round = 0; round < 20_000; round++)
        {
            var one = rows[random.Next(rows.Length)];
            var client = Mutate(one.Client, random);
            var server = Mutate(one.Server, random);
            Run([.. Cuts(true, client, random), .. Cuts(false, server, random)], small, handshake: round % 3 > 0);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Steady_traffic_allocates_nothing(bool grpc)
    {
        var sink = new CountingSink();
        var factory = new ConversationFactory(sink);
        var connection = Connect();
        var (first, later) = Calls(grpc);
        void Round()
        {
            var handler = factory.Open(connection);
            foreach (var (client, bytes) in first) handler.OnChunk(client ? Direction.FromInitiator : Direction.FromResponder, bytes, 1000);
            for (var i = 0; i < later.Length; i++)
            {
                var (client, bytes) = later[i];
                var direction = client ? Direction.FromInitiator : Direction.FromResponder;
                handler.OnChunk(direction, bytes.AsSpan(0, bytes.Length / 3), 1001);
                handler.OnChunk(direction, bytes.AsSpan(bytes.Length / 3), 1002);
            }

            handler.OnEnd(Direction.FromInitiator, StreamEnd.Fin, 1004);
            handler.OnEnd(Direction.FromResponder, StreamEnd.Fin, 1004);
        }

        var rounds = 0;
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var i = 0; i < 20; i++, rounds++) Round();
        }));
        Assert.Equal(rounds * 50, sink.Complete);
    }

    private static ((bool, byte[])[] First, (bool Client, byte[] Bytes)[] Later) Calls(bool grpc)
    {
        var (client, server) = (Client(), new Http2Writer().Settings((3, 100)).SettingsAck());
        (bool, byte[])[] first = [(true, client.Take()), (false, server.Take())];
        var later = new List<(bool, byte[])>();
        for (var i = 0; i < 50; i++)
        {
            var id = (i * 2) + 1;
            byte[] message = [0, 0, 0, 0, 4, 8, 1, 16, (byte)i];
            later.Add((true, grpc
                ? client.Headers(id, $":method=POST|:scheme=http|:path=/shop.Orders/Get|:authority=h|content-type=application/grpc|x-id={i}").Data(id, message, end: true).Take()
                : client.Headers(id, $":method=GET|:scheme=http|:path=/items/{i}|:authority=h|accept=*/*", end: true).Take()));
            later.Add((false, grpc
                ? server.Headers(id, ":status=200|content-type=application/grpc").Data(id, message).Headers(id, "grpc-status=0|grpc-message=a%20b", end: true).Take()
                : server.Headers(id, $":status=200|content-type=application/json|x-n={i}").Data(id, "{\"id\":17}", end: true).Take()));
        }

        return (first, [.. later]);
    }

    private static IEnumerable<Event> Cuts(bool client, byte[] bytes, Random random)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(bytes.Length - at, 1 + random.Next(60));
            yield return random.Next(20) == 0 ? new Event.Gap(client, length, at) : Bytes(client, bytes[at..(at + length)], at);
            at += length;
        }
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        bytes = [.. bytes];
        if (random.Next(10) == 0) random.NextBytes(bytes);
        for (var i = random.Next(6); i > 0 && bytes.Length > 0; i--)
        {
            var at = random.Next(bytes.Length);
            bytes = random.Next(4) switch
            {
                0 => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(9))..]],
                1 => [.. bytes[..at], .. bytes[random.Next(at + 1)..at], .. bytes[at..]],
                2 => [.. bytes[..at], (byte)random.Next(10), .. bytes[at..]],
                _ => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
            };
        }

        return bytes;
    }

    private sealed class CountingSink : IExchangeSink
    {
        public int Complete { get; private set; }

        public void Write(Exchange exchange) => Complete += exchange.Complete ? 1 : 0;
    }
}
