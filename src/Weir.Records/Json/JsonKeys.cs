using System.Text;
using System.Text.Json;

namespace Weir.Records.Json;

/// <summary>Every key of the record, so that reading one allocates no string.</summary>
internal static class JsonKeys
{
    private static readonly (string Text, byte[] Utf8)[] s_keys = Array.ConvertAll(
        (string[])
        [
            "id", "startedAt", "durationMs", "source", "node", "protocol", "scheme", "complete", "inProgress", "client", "server",
            "ip", "port", "namespace", "pod", "workload", "service", "process", "pid", "name",
            "request", "response", "method", "host", "path", "query", "status", "reason", "headers", "trailers",
            "bodyBytes", "body", "bodyEncoding", "bodyTruncated",
            "endpoint", "tunnel", "destination", "tcp", "handshakeRttMs", "retransmissions", "gapBytes", "resets", "zeroWindows", "clientBytes", "serverBytes", "anomalies",
            "timing", "requestMs", "waitMs",
            "webSocket", "messages", "messagesIn", "messagesOut", "bytesIn", "bytesOut", "compressed", "closeCode", "closeReason",
            "captured", "from", "kind", "at", "bytes",
            "graphql", "operations", "type", "field",
            "eventStream", "events",
            "dns", "responseCode", "overTcp", "truncated", "authoritative", "answerCount", "answers", "ttl", "data",
            "streamId", "grpc", "message", "requestMessages", "responseMessages", "requestMessageBytes", "responseMessageBytes",
            "requestJson", "responseJson",
            "sensitive", "class", "where", "count", "credentials", "kinds", "flaws", "role",
            "part", "interface", "vlan", "exchanges", "end", "handshakeSeen", "packets", "bytes", "retransmittedBytes",
            "workloadKind", "labels", "resolution",
            "container", "cgroup", "tls", "library", "binding",
            "synRetransmissions", "outOfOrder", "copies",
        ],
        static key => (key, Encoding.ASCII.GetBytes(key)));

    public static string? Find(ref Utf8JsonReader reader)
    {
        foreach (var (text, utf8) in s_keys)
        {
            if (reader.ValueTextEquals(utf8)) return text;
        }

        return null;
    }
}
