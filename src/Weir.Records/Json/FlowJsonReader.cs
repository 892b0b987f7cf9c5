using System.Diagnostics.CodeAnalysis;

namespace Weir.Records.Json;

/// <summary>Reads a flow record back. Unknown keys are passed over; writing what was read gives the same bytes.</summary>
public static class FlowJsonReader
{
    /// <summary>Fills <paramref name="flow"/> from one JSON object.</summary>
    /// <param name="json">UTF-8; white space around the object is allowed.</param>
    /// <param name="flow">Cleared first; half filled when the result is false.</param>
    /// <param name="error">What is wrong and at which byte.</param>
    public static bool TryRead(ReadOnlySpan<byte> json, FlowRecord flow, [NotNullWhen(false)] out string? error)
    {
        flow.Clear();
        return JsonCursor.TryRead(json, flow, ReadFlow, out error);
    }

    private static bool ReadFlow(ref JsonCursor cursor, FlowRecord flow)
    {
        var hasId = false;
        long durationNs = 0;
        if (!cursor.Next() || !cursor.ExpectObject("the record")) return false;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "id" => hasId = ReadId(ref cursor, flow),
                "part" => cursor.Integer(0, int.MaxValue, out var part) && Do(flow.Part = (int)part),
                "tunnel" => TunnelJson.Read(ref cursor, out var tunnel) && Do(flow.Tunnel = tunnel),
                "startedAt" => cursor.Timestamp(out var ns) && Do(flow.StartedAtNs = ns),
                "durationMs" => cursor.Milliseconds(out durationNs),
                "source" => ReadSource(ref cursor, flow),
                "node" => cursor.String(out var text) && Do(flow.Node = text),
                "interface" => cursor.String(out var text) && Do(flow.Interface = text),
                "vlan" => cursor.Integer(0, 4095, out var vlan) && Do(flow.VlanId = (ushort)vlan),
                "protocol" => cursor.String(out var text) && Do(flow.Protocol = text),
                "exchanges" => Count(ref cursor, out var count) && Do(flow.Exchanges = count),
                "end" => ReadEnd(ref cursor, flow),
                "handshakeSeen" => cursor.Boolean(out var seen) && Do(flow.HandshakeSeen = seen),
                "handshakeRttMs" => cursor.Milliseconds(out var ns) && Do(flow.HandshakeRttNs = ns),
                "client" => ReadSide(ref cursor, flow.Client),
                "server" => ReadSide(ref cursor, flow.Server),
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        if (!hasId) return cursor.Fail("\"id\" is missing");
        if (cursor.Next()) return cursor.Fail("something follows the record");
        flow.EndedAtNs = flow.StartedAtNs + Math.Max(0, durationNs);
        return true;
    }

    private static bool ReadSide(ref JsonCursor cursor, FlowSide side)
    {
        if (!cursor.ExpectObject("\"client\" or \"server\"")) return false;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "packets" => Count(ref cursor, out var count) && Do(side.Packets = count),
                "bytes" => Count(ref cursor, out var count) && Do(side.Bytes = count),
                "retransmissions" => Count(ref cursor, out var count) && Do(side.Retransmissions = count),
                "retransmittedBytes" => Count(ref cursor, out var count) && Do(side.RetransmittedBytes = count),
                "synRetransmissions" => Count(ref cursor, out var count) && Do(side.SynRetransmissions = count),
                "outOfOrder" => Count(ref cursor, out var count) && Do(side.OutOfOrder = count),
                "zeroWindows" => Count(ref cursor, out var count) && Do(side.ZeroWindows = count),
                "resets" => Count(ref cursor, out var count) && Do(side.Resets = count),
                "gapBytes" => Count(ref cursor, out var count) && Do(side.GapBytes = count),
                "copies" => Count(ref cursor, out var count) && Do(side.Copies = count),
                _ => PeerJson.ReadProperty(ref cursor, side.Peer),
            };
            if (!ok) return false;
        }

        return true;
    }

    private static bool ReadId(ref JsonCursor cursor, FlowRecord flow)
    {
        if (!cursor.RequiredString(out var text)) return false;
        if (!ExchangeId.TryParse(text, out var id)) return cursor.Fail("\"id\" is not a ULID");
        flow.Id = id;
        return true;
    }

    private static bool ReadSource(ref JsonCursor cursor, FlowRecord flow)
    {
        if (!cursor.ExpectString()) return false;
        if (!WireNames.TryParse(cursor.Utf8Value, out CaptureSourceKind source)) return cursor.Fail("\"source\" is unknown");
        flow.Source = source;
        return true;
    }

    private static bool ReadEnd(ref JsonCursor cursor, FlowRecord flow)
    {
        if (!cursor.ExpectString()) return false;
        if (!WireNames.TryParse(cursor.Utf8Value, out FlowEnd end)) return cursor.Fail("\"end\" is unknown");
        flow.End = end;
        return true;
    }

    private static bool Count(ref JsonCursor cursor, out long count) => cursor.Integer(0, long.MaxValue, out count);

    private static bool Do<T>(T assigned) => ExchangeJsonReader.Do(assigned);
}
