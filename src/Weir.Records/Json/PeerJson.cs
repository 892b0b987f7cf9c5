using Weir.Packets;

namespace Weir.Records.Json;

internal static class PeerJson
{
    public static bool Read(ref JsonCursor cursor, Peer peer)
    {
        if (!cursor.ExpectObject("\"client\" or \"server\"")) return false;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "ip" => ReadIp(ref cursor, peer),
                "port" => cursor.Integer(0, ushort.MaxValue, out var port) && Done(peer.Port = (ushort)port),
                "namespace" => cursor.String(out var text) && Done(peer.Namespace = text),
                "pod" => cursor.String(out var text) && Done(peer.Pod = text),
                "workload" => cursor.String(out var text) && Done(peer.Workload = text),
                "service" => cursor.String(out var text) && Done(peer.Service = text),
                "process" => cursor.IsNull || ReadProcess(ref cursor, peer),
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        return true;
    }

    private static bool ReadIp(ref JsonCursor cursor, Peer peer)
    {
        if (!cursor.RequiredString(out var text)) return false;
        if (!IpAddress.TryParse(text, out var ip)) return cursor.Fail("\"ip\" is not an address");
        peer.Ip = ip;
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
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        return true;
    }

    private static bool Done<T>(T assigned) => ExchangeJsonReader.Do(assigned);
}
