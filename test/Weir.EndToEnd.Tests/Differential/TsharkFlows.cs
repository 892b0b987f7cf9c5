using System.Globalization;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Differential;

/// <summary>tshark's analysis of a capture's TCP packets (<c>tcp.analysis.*</c>), added up for each side of each stream.</summary>
internal static class TsharkFlows
{
    private static readonly string[] Fields =
    [
        "tcp.stream", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "tcp.len", "tcp.seq_raw", "tcp.flags",
        "tcp.analysis.retransmission", "tcp.analysis.fast_retransmission", "tcp.analysis.spurious_retransmission",
        "tcp.analysis.out_of_order", "tcp.analysis.zero_window",
    ];

    public static async Task<IReadOnlyList<FlowSideFacts>> Read(string capture)
    {
        var lines = await Child.Output(
            "tshark", ["-r", capture, "-Y", "tcp", "-T", "fields", "-E", "occurrence=l", .. Fields.SelectMany(field => (string[])["-e", field])]);
        return
        [
            .. from line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
               let packet = new Packet(line.Split('\t'))
               // An ICMP error quotes the beginning of a segment.
               where packet.IsWhole
               group packet by packet.Stream into stream
               // What only acknowledges or ends a connection that began before the capture opens none.
               where stream.Any(packet => packet.IsSyn || packet.Length > 1)
               from side in stream.GroupBy(packet => (packet.From, packet.To))
               select new FlowSideFacts(
                   side.Key.From, side.Key.To, side.Count(), Covered([.. side]), side.Count(packet => packet.IsAgain),
                   side.Count(packet => packet.IsZeroWindow), side.Count(packet => packet.IsReset)),
        ];
    }

    /// <summary>Bytes of sequence space that the payloads cover, each once.</summary>
    private static long Covered(IReadOnlyList<Packet> side)
    {
        var start = side[0].Sequence;
        var ranges = side.Where(packet => packet.Length > 0)
            .Select(packet => (From: (long)(int)(packet.Sequence - start), packet.Length)).Order();
        long covered = 0;
        var end = long.MinValue;
        foreach (var (from, length) in ranges)
        {
            covered += Math.Max(0, from + length - Math.Max(from, end));
            end = Math.Max(end, from + length);
        }

        return covered;
    }

    private sealed class Packet(string[] values)
    {
        private readonly int _flags = Convert.ToInt32(values[9], 16);

        public bool IsWhole => values[7].Length > 0 && values[8].Length > 0;

        public string Stream => values[0];

        public string From => $"{values[1]}{values[2]}:{values[3]}";

        public string To => $"{values[4]}{values[5]}:{values[6]}";

        public int Length => int.Parse(values[7], CultureInfo.InvariantCulture);

        /// <summary>Of the first payload byte.</summary>
        public uint Sequence => uint.Parse(values[8], CultureInfo.InvariantCulture) + (IsSyn ? 1u : 0);

        public bool IsSyn => (_flags & 2) != 0;

        public bool IsReset => (_flags & 4) != 0;

        public bool IsAgain => values[10..14].Any(value => value.Length > 0);

        public bool IsZeroWindow => values[14].Length > 0;
    }
}
