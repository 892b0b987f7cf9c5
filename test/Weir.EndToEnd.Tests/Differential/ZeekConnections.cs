namespace Weir.EndToEnd.Tests.Differential;

/// <summary>
/// The TCP connections of an expected <c>conn.log</c> of Zeek that were seen from SYN to FIN (state SF), outside of tunnels.
/// Zeek's byte counts are differences of sequence numbers, so what the capture lost is in them.
/// </summary>
internal static class ZeekConnections
{
    public static IReadOnlyList<string> Read(string path)
    {
        string[]? fields = null;
        var connections = new List<string>();
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith("#fields\t", StringComparison.Ordinal)) fields = line.Split('\t')[1..];
            if (line.StartsWith('#') || fields is null) continue;
            var row = fields.Zip(line.Split('\t')).ToDictionary(pair => pair.First, pair => pair.Second);
            if (!row.ContainsKey("orig_pkts") || row["proto"] != "tcp" || row["conn_state"] != "SF") continue;
            if (row.GetValueOrDefault("tunnel_parents", "-") is not ("-" or "(empty)")) continue;
            connections.Add(
                $"{row["id.orig_h"]}:{row["id.orig_p"]} > {row["id.resp_h"]}:{row["id.resp_p"]} "
                + $"packets {row["orig_pkts"]} {row["resp_pkts"]} bytes {row["orig_bytes"]} {row["resp_bytes"]}");
        }

        return connections;
    }
}
