using System.Net;
using Weir.Packets;
using static Weir.Testing.Corpus.Http1Text;
using static Weir.Testing.PacketBuilder;
using static Weir.Testing.TunnelBuilder;

namespace Weir.Testing.Corpus;

/// <summary>One HTTP exchange in each kind of tunnel. Each folder's NOTES.md says what it shows and what is expected.</summary>
public static class TunnelCorpus
{
    private const string Near = "192.0.2.1";
    private const string Far = "192.0.2.2";

    public static IReadOnlyList<CorpusCase> Cases { get; } =
    [
        Case("vxlan", Talk("/vxlan"), frame => Vxlan(42, frame), 4789),
        Case("vxlan-group-policy", Talk("/policy"), frame => Vxlan(7, frame, 0x88), 8472),
        Case("vxlan-outer-fragments", [.. Over(Talk("/outer", 2_000), frame => Vxlan(42, frame), 4789).SelectMany(Fragments)]),
        Case("vxlan-inner-fragments", Talk("/inner", 900).SelectMany(Split).ToList(), frame => Vxlan(42, frame), 4789),
        Case("vxlan-in-vxlan", Over(Talk("/nested"), frame => Vxlan(1, frame), 8472, "10.9.0.1", "10.9.0.2"), frame => Vxlan(17, frame), 4789),
        Case("geneve", Talk("/geneve"), frame => Geneve(42, frame, options: [1, 2, 3, 1, 9, 9, 9, 9]), 6081),
        Case("gre", [.. Talk("/gre").Select(frame => OverIp(frame, 47, Gre(0x0800, Inner(frame), 99, 5, checksum: true)))]),
        Case("gre-bridged", [.. Talk("/bridged").Select(frame => OverIp(frame, 47, Gre(BridgedEthernet, frame.Data)))]),
        Case("gre-mpls", [.. Talk("/mpls").Select(frame => OverIp(frame, 47, Gre(0x8847, Concat([0, 1, 1, 64], Inner(frame)))))]),
        Case("pptp", [.. Talk("/pptp").Select(frame => OverIp(frame, 47, Pptp(12, Concat([0xFF, 3, 0, 0x21], Inner(frame)))))]),
        Case("erspan-1", [.. Talk("/erspan1").Select(frame => OverIp(frame, 47, Erspan(1, 0, frame.Data)))]),
        Case("erspan-2", [.. Talk("/erspan2").Select(frame => OverIp(frame, 47, Erspan(2, 9, frame.Data)))]),
        Case("erspan-3", [.. Talk("/erspan3").Select(frame => OverIp(frame, 47, Erspan(3, 9, frame.Data)))]),
        Case("ip-in-ip", [.. Talk("/ipip").Select(frame => OverIp(frame, 4, Inner(frame)))]),
        Case("ipv6-in-ip", [.. Talk6("/sit").Select(frame => OverIp(frame, 41, Inner(frame)))]),
        Case("gtp", Talk("/gtp"), frame => Gtp(5, WithoutEthernet(frame), (0x85, [0, 9])), 2152),
        Case("teredo", Talk6("/teredo"), frame => TeredoWithIndications(WithoutEthernet(frame)), 3544),
        Case("ayiya", Talk6("/ayiya"), frame => Ayiya(WithoutEthernet(frame)), 5072),
        Case("gre-in-udp", Talk("/greudp"), frame => Gre(0x0800, WithoutEthernet(frame)), 4754),
        Case("too-deep", [.. Talk("/deep").Select(frame => Enumerable.Repeat(0, 5).Aggregate(frame, (inner, _) => OverIp(inner, 4, Inner(inner))))]),
        Case("no-tunnel-at-its-port", [new TestFrame(Udp($"{Near}:53", $"{Far}:4789", new byte[60]), 1), .. Talk("/beside")]),
    ];

    /// <summary>Frames as the payload of UDP between the ends of the tunnel, which change places as the ends inside do.</summary>
    public static IReadOnlyList<TestFrame> Over(
        IReadOnlyList<TestFrame> frames, Func<byte[], byte[]> wrap, int port, string near = Near, string far = Far) =>
    [
        .. frames.Select(frame =>
        {
            var (from, to) = IsFromClient(frame) ? (near, far) : (far, near);
            return frame with { Data = Udp($"{from}:50000", $"{to}:{port}", wrap(frame.Data)) };
        }),
    ];

    public static IReadOnlyList<TestFrame> Talk(string path, int more = 0) => Talk("10.0.0.1:40000", "10.0.0.2:8080", path, more);

    private static CorpusCase Case(string name, IReadOnlyList<TestFrame> frames, Func<byte[], byte[]> wrap, int port) =>
        Case(name, Over(frames, wrap, port));

    private static CorpusCase Case(string name, IReadOnlyList<TestFrame> frames) => new("tunnels", name, frames);

    private static IReadOnlyList<TestFrame> Talk6(string path) => Talk("[fd00::1]:40000", "[fd00::2]:8080", path, 0);

    private static IReadOnlyList<TestFrame> Talk(string client, string server, string path, int more) =>
        new TcpConversation(client, server) { AcknowledgeData = true, SegmentBytes = 4_000 }
            .Handshake().FromClient(Get(path)).FromServer(Ok(path, more)).Close().Frames;

    private static TestFrame OverIp(TestFrame frame, byte protocol, byte[] payload) => frame with
    {
        Data = IsFromClient(frame)
            ? Ethernet(Ipv4(Near, Far, (IpProtocol)protocol, payload))
            : Ethernet(Ipv4(Far, Near, (IpProtocol)protocol, payload)),
    };

    private static byte[] Inner(TestFrame frame) => WithoutEthernet(frame.Data);

    /// <summary>The lower of both addresses is the client's, in the tunnel as around it.</summary>
    private static bool IsFromClient(TestFrame frame)
    {
        var isV4 = frame.Data[14] >> 4 == 4;
        return isV4 ? frame.Data[29] < frame.Data[33] : frame.Data[37] < frame.Data[53];
    }

    private static IEnumerable<TestFrame> Split(TestFrame frame, int index) =>
        frame.Data.Length > 600 ? frame.Fragmented(304, (ushort)(1000 + index)).Reverse() : [frame];

    private static IEnumerable<TestFrame> Fragments(TestFrame frame, int index)
    {
        var payload = frame.Data[34..];
        var (from, to) = (new IPAddress(frame.Data[26..30]), new IPAddress(frame.Data[30..34]));
        for (var offset = 0; offset < payload.Length; offset += 1_400)
        {
            var part = payload[offset..Math.Min(payload.Length, offset + 1_400)];
            var more = offset + part.Length < payload.Length;
            yield return frame with
            {
                Data = Ethernet(Ipv4($"{from}", $"{to}", IpProtocol.Udp, part, identification: (ushort)(index + 1),
                    fragmentOffset: offset, moreFragments: more)),
            };
        }
    }
}
