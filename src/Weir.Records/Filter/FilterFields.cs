namespace Weir.Records.Filter;

/// <summary>
/// Every field, for the checker, for completion and for the documentation. Names are those that Kubernetes traffic tools
/// share; <c>src</c> is the client, <c>dst</c> the server.
/// </summary>
public static class FilterFields
{
    public static IReadOnlyList<FilterField> All { get; } =
    [
        Text("id", "Id of the exchange (ULID)", static (e, ref s) => e.Id.ToString()),
        new FilterField("timestamp", FilterType.Timestamp, "Start; compare with timestamp(\"2026-01-31T12:00:00Z\")")
        {
            Integer = static e => e.StartedAtNs,
        },
        Int("elapsed_time", "First byte of the request to last byte of the response, microseconds",
            static e => Math.Max(0, e.DurationNs) / 1000),
        new FilterField("duration_ms", FilterType.Double, "The same in milliseconds")
        {
            Real = static e => Math.Max(0, e.DurationNs) / 1000 / 1000.0,
        },
        Text("node_name", "Node that captured it", static (e, ref s) => e.Node),
        Text("capture_source", "ring, libpcap, file, ebpf or ebpf_tls", static (e, ref s) => WireNames.Of(e.Source)),
        Bool("complete", "Both messages were seen from first to last byte", static e => e.Complete),
        Bool("in_progress", "Not over yet: told while it runs, and again when it has ended", static e => e.InProgress),
        new FilterField("anomalies", FilterType.List, "Names of what was odd: \"response_gap\" in anomalies"),

        Text("protocol", "HTTP/1.1, HTTP/1.0 …", static (e, ref s) => e.Protocol),
        Text("scheme", "http or https", static (e, ref s) => e.Scheme),
        Bool("http", "The exchange is HTTP of any version", static e => IsHttp(e)),
        Text("http_version", "As protocol, empty when it is not HTTP", static (e, ref s) => IsHttp(e) ? e.Protocol : ""),
        Text("method", "Request method, as sent", static (e, ref s) => s.Decode(e.Request, e.Request.Method)),
        Text("host", "Authority asked for: absolute target or Host header",
            static (e, ref s) => s.Decode(e.Request, e.Request.Host)),
        Text("path", "Path without query, as sent", static (e, ref s) => s.Decode(e.Request, e.Request.Path)),
        Text("query", "Query without question mark", static (e, ref s) => s.Decode(e.Request, e.Request.Query)),
        Text("url", "scheme://host/path?query", static (e, ref s) => s.Url(e)),
        Text("endpoint", "Path template of the endpoint", static (e, ref s) => e.Endpoint),
        Int("status_code", "Response status, 0 without response", static e => e.HasResponse ? e.Response.Status : 0),
        Map("request.headers", "request.headers[\"content-type\"]", static e => e.HasRequest ? e.Request : null),
        Map("response.headers", "response.headers[\"content-type\"]", static e => e.HasResponse ? e.Response : null),
        Text("request.body", "Decoded request body, empty when it is not text", static (e, ref s) => s.Body(e.Request)),
        Text("response.body", "Decoded response body, empty when it is not text", static (e, ref s) => s.Body(e.Response)),
        Int("request_body_size", "Bytes on the wire", static e => e.Request.BodyBytes),
        Int("response_body_size", "Bytes on the wire", static e => e.Response.BodyBytes),

        Bool("ws", "The exchange opened a WebSocket", static e => e.WebSocket.Present),
        Int("ws_messages", "Messages of the WebSocket so far", static e => e.WebSocket.Messages),
        Int("ws_close_code", "Close code of the WebSocket, 0 without", static e => e.WebSocket.CloseCode),
        Bool("gql", "The request asks for GraphQL", static e => e.GraphQl.Present),
        Text("gql_type", "query, mutation or subscription: of the first operation",
            static (e, ref s) => e.GraphQl.Present ? WireNames.Of(e.GraphQl.Operations[0].Type) : ""),
        Text("gql_operation", "Name of the first GraphQL operation, else its first field",
            static (e, ref s) => s.Decode(OperationName(e.GraphQl))),
        Int("sse_events", "Server-sent events of the response so far", static e => Math.Max(0, e.ServerSentEvents)),
        Bool("dns", "The exchange is a DNS lookup", static e => e.Dns.Present),
        Text("dns_name", "Name asked for", static (e, ref s) => s.Decode(e.Dns[e.Dns.Name])),
        Text("dns_type", "Type asked for: A, AAAA, SRV …", static (e, ref s) => s.DnsType(e.Dns)),
        Text("dns_response_code", "NOERROR, NXDOMAIN …; empty without response",
            static (e, ref s) => e.Dns.Present && e.HasResponse ? s.Decode(e.Response, e.Response.Reason) : ""),
        Int("dns_answers", "Answer records", static e => e.Dns.AnswerCount),

        .. PeerFields("src", "Client", static e => e.Client),
        .. PeerFields("dst", "Server", static e => e.Server),
    ];

    private static readonly Dictionary<string, FilterField> s_byName =
        All.ToDictionary(static field => field.Name, StringComparer.Ordinal);

    public static FilterField? Find(string name) => s_byName.GetValueOrDefault(name);

    private static FilterField[] PeerFields(string prefix, string side, Func<Exchange, Peer> peer) =>
    [
        Text($"{prefix}.ip", $"{side} address", (e, ref s) => s.Keep(peer(e).Ip)),
        Int($"{prefix}.port", $"{side} port", e => peer(e).Port),
        Text($"{prefix}.name", $"{side}: pod, else service, else workload, else process",
            (e, ref s) => peer(e).Pod ?? peer(e).Service ?? peer(e).Workload ?? peer(e).ProcessName),
        Text($"{prefix}.namespace", $"{side} namespace", (e, ref s) => peer(e).Namespace),
        Text($"{prefix}.pod.name", $"{side} pod", (e, ref s) => peer(e).Pod),
        Text($"{prefix}.pod.namespace", $"Namespace of the {side.ToLowerInvariant()} pod",
            (e, ref s) => peer(e).Pod is null ? "" : peer(e).Namespace),
        Text($"{prefix}.workload.name", $"{side} Deployment, StatefulSet …", (e, ref s) => peer(e).Workload),
        Text($"{prefix}.workload.kind", $"Deployment, StatefulSet …: kind of the {side.ToLowerInvariant()} workload", (e, ref s) => peer(e).WorkloadKind),
        Text($"{prefix}.node.name", $"{side} node", (e, ref s) => peer(e).Node),
        new FilterField($"{prefix}.labels", FilterType.Map, $"{side} pod labels: {prefix}.labels[\"app\"]") { Labels = e => peer(e).Labels },
        Text($"{prefix}.resolution", $"How it is known who the {side.ToLowerInvariant()} is, or why not: pod_ip, cluster_ip, not_synced …",
            (e, ref s) => peer(e).Resolution is var how and not PeerResolution.None ? WireNames.Of(how) : ""),
        Text($"{prefix}.unknown", $"Why it is not known who the {side.ToLowerInvariant()} is: external, forbidden …; empty when it is",
            (e, ref s) => peer(e).Resolution is var how && how.IsUnknown() ? WireNames.Of(how) : ""),
        Text($"{prefix}.service.name", $"{side} service", (e, ref s) => peer(e).Service),
        Text($"{prefix}.service.namespace", $"Namespace of the {side.ToLowerInvariant()} service",
            (e, ref s) => peer(e).Service is null ? "" : peer(e).Namespace),
        Text($"{prefix}.process.name", $"{side} process", (e, ref s) => peer(e).ProcessName),
        Int($"{prefix}.process.pid", $"{side} process id", e => peer(e).ProcessId),
    ];

    private static ReadOnlySpan<byte> OperationName(GraphQlCall call)
    {
        if (!call.Present) return default;
        var (_, name, field) = call.Operations[0];
        return call[name.IsEmpty ? field : name];
    }

    private static bool IsHttp(Exchange exchange) => exchange.Protocol.StartsWith("HTTP/", StringComparison.Ordinal);

    private static FilterField Text(string name, string description, TextGetter getter) =>
        new(name, FilterType.String, description) { Text = getter };

    private static FilterField Int(string name, string description, Func<Exchange, long> getter) =>
        new(name, FilterType.Int, description) { Integer = getter };

    private static FilterField Bool(string name, string description, Func<Exchange, bool> getter) =>
        new(name, FilterType.Bool, description) { Flag = getter };

    private static FilterField Map(string name, string description, Func<Exchange, HttpMessage?> message) =>
        new(name, FilterType.Map, description) { Message = message };
}
