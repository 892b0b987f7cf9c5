using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Weir.Center.Api;
using Weir.Export.Retention;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Center.Packets;

/// <summary>Which nodes are asked, and for what.</summary>
/// <param name="Parts">A question for each.</param>
/// <param name="Missing">Nodes of matching calls that keep no packets, or are not connected.</param>
internal sealed record PacketSelection(IReadOnlyList<(PacketNode Node, PacketQuery Query)> Parts, IReadOnlyList<string> Missing)
{
    /// <summary>Every packet of a time.</summary>
    public static PacketSelection OfTime(IReadOnlyList<PacketNode> nodes, long fromNs, long toNs) =>
        new([.. nodes.Select(node => (node, new PacketQuery { FromNs = fromNs, ToNs = toNs }))], []);

    /// <summary>The connections of calls, each asked of the node that captured it.</summary>
    public static bool TryOfCalls(
        IEnumerable<byte[]> records, PacketDesk desk, string? only, PacketLimits limits,
        [NotNullWhen(true)] out PacketSelection? selection, [NotNullWhen(false)] out IResult? problem)
    {
        (selection, problem) = (null, null);
        var byNode = new Dictionary<string, List<WantedConnection>>(StringComparer.Ordinal);
        var exchange = new Exchange();
        var calls = 0;
        foreach (var record in records)
        {
            if (!ExchangeJsonReader.TryRead(record, exchange, out var error)) throw new InvalidDataException(error);
            var node = exchange.Node ?? "";
            if (only is not null && node != only) continue;
            if (++calls > limits.MaxCalls)
            {
                problem = Problem.BadParameter("where", $"more than {limits.MaxCalls} calls match: narrow the filter or the time");
                return false;
            }

            if (!byNode.TryGetValue(node, out var wanted)) byNode.Add(node, wanted = []);
            wanted.Add(WantedConnection.Of(exchange));
        }

        if (calls == 0)
        {
            problem = Problem.NotFound("No stored call matches.");
            return false;
        }

        var parts = new List<(PacketNode, PacketQuery)>();
        var missing = new List<string>();
        foreach (var (name, wanted) in byNode.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            if (desk.Find(name) is { } node) parts.Add((node, new PacketQuery { Connections = wanted }));
            else missing.Add(name.Length > 0 ? name : "no node");
        }

        selection = new PacketSelection(parts, missing);
        return true;
    }
}
