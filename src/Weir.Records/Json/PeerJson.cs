using Weir.Packets;

namespace Weir.Records.Json;

internal static class PeerJson
{
    public static void Write(ref JsonOutput json, Peer peer)
    {
        WriteOpen(ref json, peer);
        json.Raw((byte)'}');
    }

    /// <summary>As <see cref="Write"/> without the closing brace, for an object that tells more.</summary>
    public static void WriteOpen(ref JsonOutput json, Peer peer)
    {
        Span<byte> address = stackalloc byte[64];
        var length = peer.Ip.Format(address);
        json.Raw("{\"ip\":\""u8);
        json.Raw(address[..length]);
        json.Raw("\",\"port\":"u8);
        json.Number(peer.Port);
        Optional(ref json, ",\"namespace\":"u8, peer.Namespace);
        Optional(ref json, ",\"pod\":"u8, peer.Pod);
        Optional(ref json, ",\"workload\":"u8, peer.Workload);
        Optional(ref json, ",\"service\":"u8, peer.Service);
        if (peer.ContainerId is { } container)
        {
            json.Raw(",\"container\":{\"id\":"u8);
            json.Text(container);
            json.Raw((byte)'}');
        }

        if (peer.ProcessId == 0 && peer.ProcessName is null && peer.Cgroup is null) return;
        json.Raw(",\"process\":{\"pid\":"u8);
        if (peer.ProcessId != 0) json.Number(peer.ProcessId);
        else json.Raw("null"u8);
        Optional(ref json, ",\"name\":"u8, peer.ProcessName);
        Optional(ref json, ",\"cgroup\":"u8, peer.Cgroup);
        json.Raw((byte)'}');
    }

    /// <summary>Writes a property only when there is something to tell.</summary>
    public static void Optional(ref JsonOutput json, ReadOnlySpan<byte> key, string? value)
    {
        if (value is null) return;
        json.Raw(key);
        json.Text(value);
    }

    public static bool Read(ref JsonCursor cursor, Peer peer)
    {
        if (!cursor.ExpectObject("\"client\" or \"server\"")) return false;
        while (cursor.NextProperty())
        {
            if (!ReadProperty(ref cursor, peer)) return false;
        }

        return true;
    }

    /// <summary>Reads the value of the property that the cursor is on.</summary>
    public static bool ReadProperty(ref JsonCursor cursor, Peer peer) => cursor.Key switch
    {
        "ip" => ReadAddress(ref cursor, out var ip) && Done(peer.Ip = ip),
        "port" => cursor.Integer(0, ushort.MaxValue, out var port) && Done(peer.Port = (ushort)port),
        "namespace" => cursor.String(out var text) && Done(peer.Namespace = text),
        "pod" => cursor.String(out var text) && Done(peer.Pod = text),
        "workload" => cursor.String(out var text) && Done(peer.Workload = text),
        "service" => cursor.String(out var text) && Done(peer.Service = text),
        "process" => cursor.IsNull || ReadProcess(ref cursor, peer),
        "container" => cursor.IsNull || ReadContainer(ref cursor, peer),
        _ => cursor.Skip(),
    };

    public static bool ReadAddress(ref JsonCursor cursor, out IpAddress ip)
    {
        ip = default;
        if (!cursor.RequiredString(out var text)) return false;
        return IpAddress.TryParse(text, out ip) || cursor.Fail($"\"{text}\" is not an address");
    }

    private static bool ReadProcess(ref JsonCursor cursor, Peer peer)
    {
        if (!cursor.ExpectObject("\"process\"")) return false;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "pid" => cursor.IsNull || (cursor.Integer(0, int.MaxValue, out var pid) && Done(peer.ProcessId = (int)pid)),
                "name" => cursor.String(out var name) && Done(peer.ProcessName = name),
                "cgroup" => cursor.String(out var path) && Done(peer.Cgroup = path),
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        return true;
    }

    private static bool ReadContainer(ref JsonCursor cursor, Peer peer)
    {
        if (!cursor.ExpectObject("\"container\"")) return false;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key == "id" ? cursor.String(out var id) && Done(peer.ContainerId = id) : cursor.Skip();
            if (!ok) return false;
        }

        return true;
    }

    private static bool Done<T>(T assigned) => ExchangeJsonReader.Do(assigned);
}
