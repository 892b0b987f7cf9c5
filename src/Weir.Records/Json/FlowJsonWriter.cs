using System.Buffers;

namespace Weir.Records.Json;

/// <summary>Writes a flow as one JSON object (no line end). Unknown fields are null or left out. Allocates nothing.</summary>
public static class FlowJsonWriter
{
    public static void Write(FlowRecord flow, IBufferWriter<byte> writer)
    {
        var json = new JsonOutput(writer);
        Span<byte> id = stackalloc byte[ExchangeId.TextLength];
        flow.Id.Format(id);
        json.Raw("{\"id\":\""u8);
        json.Raw(id);
        json.Raw((byte)'"');
        if (flow.Part > 0) Count(ref json, ",\"part\":"u8, flow.Part);
        json.Raw(",\"startedAt\":"u8);
        json.Timestamp(flow.StartedAtNs);
        json.Raw(",\"durationMs\":"u8);
        json.Milliseconds(Math.Max(0, flow.EndedAtNs - flow.StartedAtNs));
        json.Raw(",\"source\":\""u8);
        json.Raw(WireNames.Utf8(flow.Source));
        json.Raw((byte)'"');
        PeerJson.Optional(ref json, ",\"node\":"u8, flow.Node);
        PeerJson.Optional(ref json, ",\"interface\":"u8, flow.Interface);
        if (flow.VlanId != 0) Count(ref json, ",\"vlan\":"u8, flow.VlanId);
        TunnelJson.Write(ref json, flow.Tunnel);
        PeerJson.Optional(ref json, ",\"protocol\":"u8, flow.Protocol);
        Count(ref json, ",\"exchanges\":"u8, flow.Exchanges);
        json.Raw(",\"end\":\""u8);
        json.Raw(WireNames.Utf8(flow.End));
        json.Raw("\",\"handshakeSeen\":"u8);
        json.Boolean(flow.HandshakeSeen);
        json.Raw(",\"handshakeRttMs\":"u8);
        json.Milliseconds(flow.HandshakeRttNs);
        Side(ref json, ",\"client\":"u8, flow.Client);
        Side(ref json, ",\"server\":"u8, flow.Server);
        json.Raw((byte)'}');
        json.Flush();
    }

    private static void Side(ref JsonOutput json, ReadOnlySpan<byte> key, FlowSide side)
    {
        json.Raw(key);
        PeerJson.WriteOpen(ref json, side.Peer);
        Count(ref json, ",\"packets\":"u8, side.Packets);
        Count(ref json, ",\"bytes\":"u8, side.Bytes);
        Count(ref json, ",\"retransmissions\":"u8, side.Retransmissions);
        Count(ref json, ",\"retransmittedBytes\":"u8, side.RetransmittedBytes);
        Count(ref json, ",\"synRetransmissions\":"u8, side.SynRetransmissions);
        Count(ref json, ",\"outOfOrder\":"u8, side.OutOfOrder);
        Count(ref json, ",\"zeroWindows\":"u8, side.ZeroWindows);
        Count(ref json, ",\"resets\":"u8, side.Resets);
        Count(ref json, ",\"gapBytes\":"u8, side.GapBytes);
        Count(ref json, ",\"copies\":"u8, side.Copies);
        json.Raw((byte)'}');
    }

    private static void Count(ref JsonOutput json, ReadOnlySpan<byte> key, long value)
    {
        json.Raw(key);
        json.Number(value);
    }
}
