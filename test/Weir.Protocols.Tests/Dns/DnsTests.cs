using System.Text;
using Weir.Packets;
using Weir.Protocols.Dns;
using Weir.Records;
using Weir.Streams;
using Weir.Testing;
using Xunit;
using static Weir.Protocols.Tests.Traffic;
using static Weir.Testing.DnsWire;

namespace Weir.Protocols.Tests.Dns;

public sealed class DnsTests
{
    private const long Second = 1_000_000_000;

    private readonly Sink _sink = new();
    private readonly ConversationFactory _factory;

    public DnsTests() => _factory = new ConversationFactory(_sink, new ConversationOptions { ReportOpenAfterNs = 2 * Second });

    [Fact]
    public void A_query_and_its_response_are_one_lookup()
    {
        Send(Query(7, "A.Example", 1), true, 0);
        Send(Response(7, "a.example", 1, answers: Answer(1, [10, 0, 0, 1])), false, 3_000_000);
        Assert.Equal("A A.Example NOERROR [A.Example 300 A 10.0.0.1] 3ms complete ()", Assert.Single(_sink.Seen)
            .Replace("[a.example", "[A.Example", StringComparison.Ordinal));
    }

    [Fact]
    public void Identifier_question_and_port_must_agree()
    {
        Send(Query(7, "a.example", 1), true, 0);
        Send(Response(8, "a.example", 1), false, 1);
        Send(Response(7, "b.example", 1), false, 1);
        Send(Response(7, "a.example", 28), false, 1);
        Assert.All(_sink.Seen, one => Assert.Contains("RequestMissing", one, StringComparison.Ordinal));
        Send(Response(7, "a.example", 1), false, 2);
        Assert.Contains("complete", _sink.Seen[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_response_without_its_question_is_paired_by_the_rest()
    {
        Send(Query(7, "a.example", 1), true, 0);
        Send([0, 7, 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0], false, 1);
        Assert.StartsWith("A a.example FORMERR", Assert.Single(_sink.Seen), StringComparison.Ordinal);
    }

    [Fact]
    public void EDNS_extends_the_response_code()
    {
        Send(Query(7, "a.example", 1, edns: true), true, 0);
        var response = Response(7, "a.example", 1);
        response[11] = 1;
        Send([.. response, 0, 0, 41, 4, 208, 1, 0, 0, 0, 0, 0], false, 1);
        Assert.StartsWith("A a.example BADVERS []", Assert.Single(_sink.Seen), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lookup_that_waits_shows_and_fails_after_its_time_which_a_repeat_begins_anew()
    {
        Send(Query(7, "a.example", 1), true, 0);
        _factory.ReportOpen(2 * Second);
        Assert.EndsWith("running", Assert.Single(_sink.Seen), StringComparison.Ordinal);
        Send(Query(7, "a.example", 1), true, 4 * Second);
        _factory.Datagrams.Advance(8 * Second);
        Assert.Single(_sink.Seen);
        _factory.Datagrams.Advance(9 * Second);
        Assert.Contains("ResponseMissingIdle", _sink.Seen[1], StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), (_factory.Counters.DnsUnanswered, _factory.Counters.DnsRepeated, _factory.Counters.Exchanges));
    }

    [Fact]
    public void A_datagram_seen_on_a_second_interface_is_a_copy()
    {
        for (var number = 0; number < 3; number++)
        {
            Send(Query(7, "a.example", 1), true, number, number);
            Send(Response(7, "a.example", 1), false, 100 + number, number);
        }

        Assert.Single(_sink.Seen);
        Assert.Equal(4, _factory.Counters.DnsCopies);
    }

    [Fact]
    public void At_the_limit_the_oldest_query_gives_up_its_place()
    {
        var factory = new ConversationFactory(_sink, new ConversationOptions { Dns = new DnsLimits { MaxPending = 2 } });
        for (var id = 1; id <= 3; id++) Send(Query(id, "a.example", 1), true, id, factory: factory);
        Assert.Contains("ResponseMissingEvicted", Assert.Single(_sink.Seen), StringComparison.Ordinal);
    }

    [Fact]
    public void Pointers_that_do_not_lead_back_end_the_name()
    {
        Send(Query(7, "a.example", 1), true, 0);
        var loop = Response(7, "a.example", 1, answers: [Record([0xC0, 27], 5, 1, [0xC0, 27]), Record([0xC0, 200], 1, 1, [1, 2, 3, 4])]);
        Send(loop, false, 1);
        Assert.Contains("[ 1 CNAME \\# 2 c01b,  1 A 1.2.3.4]", Assert.Single(_sink.Seen), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_written_so_that_nothing_in_them_is_mistaken()
    {
        Send(Concat(Query(7, "", 1)[..12], [5, .. "a.b\\\x01"u8, 2, 0xC3, 0xB6, 0], [0, 1, 0, 1]), true, 0);
        _factory.Datagrams.Flush();
        Assert.StartsWith("A a\\.b\\\\\\001.\\195\\182 ", Assert.Single(_sink.Seen), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(28, 1, true)]
    [InlineData(65, 1, true)]
    [InlineData(32, 1, true)]
    [InlineData(1, 7, false)]
    [InlineData(9999, 1, false)]
    public void Other_ports_need_certainty(int type, int questionClass, bool recognised)
    {
        var query = Query(7, "a.example", type);
        query[^1] = (byte)questionClass;
        Assert.Equal(recognised, DnsDatagrams.Recognises(Packet(query, true, 0, 0, port: 1053)));
        Assert.False(DnsDatagrams.Recognises(Packet([.. query, 0], true, 0, 0, port: 1053)));
        Assert.False(DnsDatagrams.Recognises(Packet(query, true, 0, 0, port: 137)));
        Assert.True(DnsDatagrams.Recognises(Packet(query, true, 0, 0)));
    }

    [Fact]
    public void Over_TCP_however_bytes_are_cut_the_lookups_are_the_same()
    {
        byte[] queries = [.. Framed(Query(1, "one.example", 1, edns: true)), .. Framed(Query(2, "two.example", 28)), .. Framed(Query(3, "three.example", 16))];
        byte[] responses =
        [
            .. Framed(Response(3, "three.example", 16, answers: Answer(16, [3, .. "abc"u8]))),
            .. Framed(Response(1, "one.example", 1, answers: Answer(1, [10, 0, 0, 1]))), .. Framed(Response(2, "two.example", 28, code: 2)),
        ];
        for (var step = 1; step < queries.Length; step++)
        {
            _sink.Seen.Clear();
            Run(_factory, [.. Steps(true, queries, step), .. Steps(false, responses, step)]);
            Assert.Equal(
                ["TXT three.example NOERROR [three.example 300 TXT \"abc\"]", "A one.example NOERROR [one.example 300 A 10.0.0.1]", "AAAA two.example SERVFAIL []"],
                _sink.Seen.Select(one => one[..(one.IndexOf(']', StringComparison.Ordinal) + 1)]));
        }
    }

    [Fact]
    public void Over_TCP_a_gap_within_a_message_costs_that_message_only()
    {
        var queries = Framed(Query(1, "one.example", 1)).Concat(Framed(Query(2, "two.example", 1))).ToArray();
        var first = Framed(Response(1, "one.example", 1));
        Run(_factory, [
            new Event.Bytes(true, queries, 1), new Event.Bytes(false, first[..8], 2), new Event.Gap(false, 5, 2),
            new Event.Bytes(false, [.. first[13..], .. Framed(Response(2, "two.example", 1))], 3),
        ]);
        Assert.StartsWith("A two.example NOERROR", _sink.Seen[0], StringComparison.Ordinal);
        Assert.Contains("ResponseMissingLost", _sink.Seen[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_zone_transfer_is_one_lookup()
    {
        byte[] soa = [.. Name("ns.example"), .. Name("admin.example"), .. new byte[20]];
        Run(_factory, [
            new Event.Bytes(true, Framed(Query(5, "example", 252)), 1),
            new Event.Bytes(false, Framed(Response(5, "example", 252, answers: [Answer(6, soa), Answer(2, Name("ns.example"))])), 2),
            new Event.Bytes(false, Framed(Response(5, "example", 252, answers: [Answer(1, [10, 0, 0, 1]), Answer(6, soa)])), 3),
        ]);
        Assert.Equal(4, Assert.Single(_sink.Seen).Split(',').Length);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x00\x00\x00\x00\x00\x00")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")]
    [InlineData("\x00\x00\x00\x0f\x00\x03\x00\x00user\x00name\x00\x00")]
    [InlineData("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    public void Other_protocols_over_TCP_are_not_taken_for_DNS(string bytes)
    {
        var protocol = new DnsProtocol();
        Assert.Equal(Recognition.No, protocol.Recognize(Ascii(bytes)));
        var random = new Random(9);
        for (var run = 0; run < 20_000; run++)
        {
            var noise = new byte[64];
            random.NextBytes(noise);
            Assert.Equal(Recognition.No, protocol.Recognize(noise));
        }
    }

    [Fact]
    public void Steady_lookups_allocate_nothing()
    {
        var counting = new CountingSink();
        var factory = new ConversationFactory(counting);
        var query = Query(7, "service.shop.svc.cluster.local", 1, edns: true);
        var response = Response(7, "service.shop.svc.cluster.local", 1, answers: [Answer(1, [10, 0, 0, 1]), Answer(5, Name("b.example"))]);
        var (framedQuery, framedResponse) = (Framed(query), Framed(response));
        var connection = Connect();
        long now = 0;
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            var handler = factory.Open(connection);
            for (var i = 0; i < 2000; i++, now += 10_000_000)
            {
                factory.Datagrams.Add(Packet(query, true, now, 0));
                factory.Datagrams.Add(Packet(response, false, now + 1, 0));
                factory.Datagrams.Advance(now);
                handler.OnChunk(Direction.FromInitiator, framedQuery, now);
                handler.OnChunk(Direction.FromResponder, framedResponse, now);
            }

            handler.OnEnd(Direction.FromInitiator, StreamEnd.Fin, now);
            handler.OnEnd(Direction.FromResponder, StreamEnd.Fin, now);
        }));
        Assert.True(counting.Complete >= 4000);
    }

    private static IEnumerable<Event> Steps(bool client, byte[] bytes, int step) =>
        bytes.Chunk(step).Select(chunk => new Event.Bytes(client, chunk, client ? 1 : 2));

    private static byte[] Concat(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    private void Send(byte[] message, bool fromClient, long ns, int interfaceId = 0, ConversationFactory? factory = null)
    {
        var packet = Packet(message, fromClient, ns, interfaceId);
        Assert.True(DnsDatagrams.Recognises(in packet));
        (factory ?? _factory).Datagrams.Add(in packet);
    }

    private static PacketView Packet(byte[] message, bool fromClient, long ns, int interfaceId, ushort port = 53)
    {
        var (client, server) = (IpAddress.FromV4([10, 0, 0, 7]), IpAddress.FromV4([10, 0, 0, 53]));
        return new PacketView
        {
            TimestampNs = ns,
            InterfaceId = interfaceId,
            Protocol = IpProtocol.Udp,
            Source = fromClient ? client : server,
            Destination = fromClient ? server : client,
            SourcePort = fromClient ? (ushort)40_000 : port,
            DestinationPort = fromClient ? port : (ushort)40_000,
            Payload = message,
            PayloadWireLength = message.Length,
        };
    }

    private sealed class CountingSink : IExchangeSink
    {
        public int Complete { get; private set; }

        public void Write(Exchange exchange) => Complete += exchange.Complete ? 1 : 0;
    }

    private sealed class Sink : IExchangeSink
    {
        public List<string> Seen { get; } = [];

        public bool TakesInProgress => true;

        public void Write(Exchange exchange)
        {
            var lookup = exchange.Dns;
            var scratch = new byte[DnsNames.MaxNameBytes];
            string Text(Slice slice) => Encoding.UTF8.GetString(lookup[slice]);
            var answers = string.Join(", ", lookup.Answers.Select(answer =>
                $"{Text(answer.Name)} {answer.TtlSeconds} {Encoding.ASCII.GetString(DnsNames.Type(answer.Type, scratch))} {Text(answer.Data)}"));
            var anomalies = new List<string>();
            foreach (var anomaly in exchange.Anomalies) anomalies.Add(anomaly.ToString());
            var method = exchange.HasRequest ? Encoding.UTF8.GetString(exchange.Request[exchange.Request.Method]) : "-";
            var status = exchange.HasResponse ? Encoding.UTF8.GetString(exchange.Response[exchange.Response.Reason]) : "-";
            var state = exchange.InProgress ? "running" : $"{(exchange.Complete ? "complete" : "incomplete")} ({string.Join(' ', anomalies)})";
            Seen.Add($"{method} {Text(lookup.Name)} {status} [{answers}] {exchange.DurationNs / 1_000_000}ms {state}");
        }
    }
}
