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
        Optional(ref json, ",\"workloadKind\":"u8, peer.WorkloadKind);
        Optional(ref json, ",\"service\":"u8, peer.Service);
        Optional(ref json, ",\"node\":"u8, peer.Node);
        if (peer.Labels is { Count: > 0 } labels)
        {
            json.Raw(",\"labels\":"u8);
            json.Raw(labels.Json);
        }

        if (peer.Resolution != PeerResolution.None)
        {
            json.Raw(",\"resolution\":\""u8);
            json.Raw(WireNames.Utf8(peer.Resolution));
            json.Raw((byte)'"');
        }

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
        "workloadKind" => cursor.String(out var text) && Done(peer.WorkloadKind = text),
        "node" => cursor.String(out var text) && Done(peer.Node = text),
        "labels" => cursor.IsNull || ReadLabels(ref cursor, peer),
        "resolution" => cursor.IsNull || ReadResolution(ref cursor, peer),
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

    private static bool ReadLabels(ref JsonCursor cursor, Peer peer)
    {
        if (!cursor.ExpectObject("\"labels\"")) return false;
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        while (cursor.NextEntry(out var name))
        {
            if (!cursor.RequiredString(out var value)) return false;
            labels[name] = value;
        }

        peer.Labels = new PeerLabels(labels);
        return true;
    }

    private static bool ReadResolution(ref JsonCursor cursor, Peer peer)
    {
        if (!cursor.ExpectString()) return false;
        if (!WireNames.TryParse(cursor.Utf8Value, out PeerResolution resolution)) return cursor.Fail("\"resolution\" is unknown");
        peer.Resolution = resolution;
        return true;
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
