using Weir.Packets;
using static Weir.Records.Json.ExchangeJsonReader;

namespace Weir.Records.Json;

/// <summary>
/// <c>"tunnel":{"kind","source","destination","id"}</c>: through which tunnel a call or a flow was seen, with the outer addresses. Left out
/// where it came plain.
/// </summary>
internal static class TunnelJson
{
    public static void Write(ref JsonOutput json, PacketTunnel tunnel)
    {
        if (tunnel.Kind == TunnelKind.None) return;
        json.Raw(",\"tunnel\":{\"kind\":\""u8);
        json.Raw(WireNames.Utf8(tunnel.Kind));
        json.Raw("\",\"source\":"u8);
        Address(ref json, tunnel.Source);
        json.Raw(",\"destination\":"u8);
        Address(ref json, tunnel.Destination);
        json.Raw(",\"id\":"u8);
        json.Number(tunnel.Id);
        json.Raw((byte)'}');
    }

    public static bool Read(ref JsonCursor cursor, out PacketTunnel tunnel)
    {
        tunnel = default;
        if (cursor.IsNull) return true;
        if (!cursor.ExpectObject("\"tunnel\"")) return false;
        var (kind, source, destination, id) = (TunnelKind.None, default(IpAddress), default(IpAddress), 0L);
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "kind" => cursor.ExpectString() && Do(WireNames.TryParse(cursor.Utf8Value, out kind)),
                "source" => PeerJson.ReadAddress(ref cursor, out source),
                "destination" => PeerJson.ReadAddress(ref cursor, out destination),
                "id" => cursor.Integer(0, uint.MaxValue, out id),
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        tunnel = new PacketTunnel(kind, source, destination, (uint)id, 1);
        return true;
    }

    private static void Address(ref JsonOutput json, IpAddress address)
    {
        Span<byte> text = stackalloc byte[64];
        json.Raw((byte)'"');
        json.Raw(text[..address.Format(text)]);
        json.Raw((byte)'"');
    }
}
