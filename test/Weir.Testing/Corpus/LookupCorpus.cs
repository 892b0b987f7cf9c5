using System.Text;
using Weir.Packets;
using static Weir.Testing.DnsWire;

namespace Weir.Testing.Corpus;

/// <summary>The generated DNS captures. Each folder's NOTES.md says what it shows and what is expected.</summary>
public static class LookupCorpus
{
    private const string Stub = "10.0.0.7:40053";
    private const string Resolver = "10.0.0.53:53";
    private const long StartNs = 1_700_000_000_000_000_000;

    public static IReadOnlyList<CorpusCase> Cases { get; } =
    [
        new("dns", "record-types", RecordTypes()),
        new("dns", "no-answer", NoAnswer()),
        new("dns", "multicast", Multicast()),
        new("dns", "tcp-pipelined", [.. Pipelined().Frames]),
    ];

    private static List<TestFrame> RecordTypes()
    {
        var frames = new List<TestFrame>();
        (int Type, string Name, byte[][] Answers)[] lookups =
        [
            (1, "orders.shop.example", [Answer(5, Name("orders-v2.shop.example")), Record(Name("orders-v2.shop.example"), 1, 30, [10, 0, 0, 9])]),
            (28, "orders.shop.example", [Answer(28, [0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9])]),
            (15, "shop.example", [Answer(15, [0, 10, .. Name("mail.shop.example")])]),
            (16, "shop.example", [Answer(16, [5, .. "v=one"u8, 8, .. "two \"2\";"u8])]),
            (33, "_http._tcp.shop.example", [Answer(33, [0, 1, 0, 2, 0x1F, 0x90, .. Name("a.shop.example")])]),
            (6, "shop.example", [Answer(6, [.. Name("ns1.shop.example"), .. Name("admin.shop.example"), 0, 0, 0, 7, 0, 0, 14, 16, 0, 0, 2, 88, 0, 9, 58, 128, 0, 0, 1, 44])]),
            (2, "shop.example", [Answer(2, [3, .. "ns1"u8, 0xC0, 12])]),
            (12, "9.0.0.10.in-addr.arpa", [Answer(12, Name("a.shop.example"))]),
            (65, "shop.example", [Answer(65, [0, 1, 0, 0, 1, 0, 6, 2, .. "h2"u8, 2, .. "h3"u8, 0, 4, 0, 4, 10, 0, 0, 9])]),
            (257, "shop.example", [Answer(257, [0, 5, .. "issue"u8, .. "ca.example"u8])]),
            (43, "shop.example", [Answer(43, [1, 2, 13, 2, 0xAB, 0xCD])]),
        ];
        for (var i = 0; i < lookups.Length; i++)
        {
            var (type, name, answers) = lookups[i];
            Send(frames, Stub, Resolver, Query(100 + i, name, type, edns: true));
            Send(frames, Resolver, Stub, Response(100 + i, name, type, answers: answers));
        }

        return frames;
    }

    private static List<TestFrame> NoAnswer()
    {
        var frames = new List<TestFrame>();
        Send(frames, Stub, Resolver, Query(1, "nowhere.example", 1));
        Send(frames, Resolver, Stub, Response(1, "nowhere.example", 1, code: 3));
        Send(frames, Stub, Resolver, Query(2, "slow.example", 1));
        Send(frames, Stub, Resolver, Query(2, "slow.example", 1), waitNs: 1_000_000_000);
        Send(frames, Resolver, Stub, Response(2, "slow.example", 1, answers: Answer(1, [10, 0, 0, 1])));
        Send(frames, Resolver, Stub, Response(2, "slow.example", 1, answers: Answer(1, [10, 6, 6, 6])));
        Send(frames, Stub, Resolver, Query(3, "silent.example", 28));
        Send(frames, Stub, Resolver, Query(4, "late.example", 1), waitNs: 6_000_000_000);
        Send(frames, Resolver, Stub, Response(4, "late.example", 1, flags: 0x0200));
        Send(frames, Resolver, Stub, Response(9, "unasked.example", 1, answers: Answer(1, [10, 0, 0, 2])));
        return frames;
    }

    private static List<TestFrame> Multicast()
    {
        var frames = new List<TestFrame>();
        const string group = "224.0.0.251:5353";
        const string names = "224.0.0.252:5355";
        byte[] asked = [.. Query(0, "_ipp._tcp.local", 12)];
        Send(frames, "192.168.0.5:5353", group, asked);
        Send(frames, "192.168.0.9:5353", group, Response(0, "_ipp._tcp.local", 12, flags: 0x0400,
            answers: Answer(12, [10, .. "Print Me.1"u8, 0xC0, 12])));
        Send(frames, "192.168.0.5:50355", names, Query(77, "printer", 1));
        Send(frames, "192.168.0.9:5355", "192.168.0.5:50355", Response(77, "printer", 1, answers: Answer(1, [192, 168, 0, 9])));
        return frames;
    }

    /// <summary>Two queries in one segment, answered in the other order, one response over two segments.</summary>
    private static TcpConversation Pipelined()
    {
        var large = Encoding.ASCII.GetBytes(new string('x', 250));
        var first = Framed(Response(1, "large.example", 16, answers: [.. Enumerable.Range(0, 12).Select(_ => Answer(16, [250, .. large]))]));
        return new TcpConversation(Stub, Resolver, StartNs) { AcknowledgeData = true }.Handshake()
            .FromClient([.. Framed(Query(1, "large.example", 16)), .. Framed(Query(2, "small.example", 1))])
            .FromServer(Framed(Response(2, "small.example", 1, answers: Answer(1, [10, 0, 0, 3]))))
            .FromServer(first).Close();
    }

    private static void Send(List<TestFrame> frames, string from, string to, byte[] message, long waitNs = 2_000_000)
    {
        var now = frames.Count == 0 ? StartNs : frames[^1].TimestampNs + waitNs;
        frames.Add(new TestFrame(PacketBuilder.Udp(from, to, message), now));
    }
}
