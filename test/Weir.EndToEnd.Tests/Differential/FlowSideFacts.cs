using System.Text.Json;

namespace Weir.EndToEnd.Tests.Differential;

/// <summary>What one side of a connection sent, as two programs must count it alike.</summary>
/// <param name="From">Address and port of this side.</param>
/// <param name="To">Of the other side.</param>
/// <param name="Packets">TCP packets.</param>
/// <param name="Bytes">Payload bytes, each once.</param>
/// <param name="Again">Segments sent again or out of order: where time alone tells the two apart, peers guess differently.</param>
/// <param name="ZeroWindows">Announcements of a zero window.</param>
/// <param name="Resets">RSTs.</param>
internal sealed record FlowSideFacts(string From, string To, long Packets, long Bytes, long Again, long ZeroWindows, long Resets)
{
    public static IEnumerable<FlowSideFacts> Of(JsonElement flow)
    {
        yield return Side(flow, "client", "server");
        yield return Side(flow, "server", "client");
    }

    /// <summary>One line for each side that the two count differently.</summary>
    public static IReadOnlyList<string> Differences(string peer, IEnumerable<FlowSideFacts> theirs, IEnumerable<FlowSideFacts> ours)
    {
        var left = ByPair(theirs);
        var right = ByPair(ours);
        return
        [
            .. from pair in left.Keys.Union(right.Keys).Order(StringComparer.Ordinal)
               let a = left.GetValueOrDefault(pair)
               let b = right.GetValueOrDefault(pair)
               where a != b
               select $"{peer}: {a?.ToString() ?? pair + " unknown"}\nweir: {b?.ToString() ?? pair + " unknown"}",
        ];
    }

    /// <summary>Connections that follow each other on the same addresses and ports are added up: where one ends is told differently.</summary>
    private static Dictionary<string, FlowSideFacts> ByPair(IEnumerable<FlowSideFacts> sides) => sides
        .Where(side => side.Packets > 0)
        .GroupBy(side => $"{side.From} > {side.To}")
        .ToDictionary(same => same.Key, same => same.Aggregate((a, b) => a with
        {
            Packets = a.Packets + b.Packets,
            Bytes = a.Bytes + b.Bytes,
            Again = a.Again + b.Again,
            ZeroWindows = a.ZeroWindows + b.ZeroWindows,
            Resets = a.Resets + b.Resets,
        }));

    private static FlowSideFacts Side(JsonElement flow, string from, string to)
    {
        var side = flow.GetProperty(from);
        long Count(string name) => side.GetProperty(name).GetInt64();
        return new FlowSideFacts(
            Peer(side), Peer(flow.GetProperty(to)), Count("packets"), Count("bytes"),
            Count("retransmissions") + Count("outOfOrder"), Count("zeroWindows"), Count("resets"));
    }

    private static string Peer(JsonElement side) => $"{side.GetProperty("ip").GetString()}:{side.GetProperty("port").GetInt32()}";

    public override string ToString() =>
        $"{From} > {To} packets={Packets} bytes={Bytes} again={Again} zero={ZeroWindows} resets={Resets}";
}
