namespace Weir.Storage.Filter;

/// <summary>The filter fields that the index columns can answer, as SQL expressions that are never NULL and that both dialects read alike.</summary>
internal static class FieldSql
{
    private const string IsHttp = "(substr(protocol, 1, 5) = 'HTTP/')";

    private static readonly Dictionary<string, string> Expressions = new(StringComparer.Ordinal)
    {
        ["timestamp"] = "started_ns",
        ["elapsed_time"] = "duration_us",
        ["duration_ms"] = "(duration_us / 1000.0)",
        ["node_name"] = "node",
        ["capture_source"] = "source",
        ["complete"] = "(complete = 1)",
        ["in_progress"] = "(in_progress = 1)",
        ["protocol"] = "protocol",
        ["scheme"] = "scheme",
        ["http"] = IsHttp,
        ["http_version"] = $"(CASE WHEN {IsHttp} THEN protocol ELSE '' END)",
        ["method"] = "method",
        ["host"] = "host",
        ["path"] = "path",
        ["query"] = "query",
        ["url"] = "(CASE WHEN has_request = 0 THEN '' ELSE (CASE WHEN host = '' THEN '' ELSE scheme || '://' || host END)"
            + " || path || (CASE WHEN query = '' THEN '' ELSE '?' || query END) END)",
        ["endpoint"] = "endpoint",
        ["status_code"] = "status",
        ["request_body_size"] = "request_bytes",
        ["response_body_size"] = "response_bytes",
        ["src.ip"] = "client_ip",
        ["src.port"] = "client_port",
        ["src.name"] = Name("client"),
        ["src.namespace"] = "client_namespace",
        ["src.pod.name"] = "client_pod",
        ["src.pod.namespace"] = When("client_pod", "client_namespace"),
        ["src.workload.name"] = "client_workload",
        ["src.service.name"] = "client_service",
        ["src.service.namespace"] = When("client_service", "client_namespace"),
        ["src.process.name"] = "client_process",
        ["src.process.pid"] = "client_pid",
        ["dst.ip"] = "server_ip",
        ["dst.port"] = "server_port",
        ["dst.name"] = Name("server"),
        ["dst.namespace"] = "server_namespace",
        ["dst.pod.name"] = "server_pod",
        ["dst.pod.namespace"] = When("server_pod", "server_namespace"),
        ["dst.workload.name"] = "server_workload",
        ["dst.service.name"] = "server_service",
        ["dst.service.namespace"] = When("server_service", "server_namespace"),
        ["dst.process.name"] = "server_process",
        ["dst.process.pid"] = "server_pid",
    };

    /// <summary>Null when the columns do not hold the field (bodies, headers, <c>id</c>): the predicate decides.</summary>
    public static string? Of(string field) => Expressions.GetValueOrDefault(field);

    private static string Name(string side) =>
        $"(CASE WHEN {side}_pod <> '' THEN {side}_pod WHEN {side}_service <> '' THEN {side}_service WHEN {side}_workload <> '' THEN {side}_workload ELSE {side}_process END)";

    private static string When(string present, string then) => $"(CASE WHEN {present} = '' THEN '' ELSE {then} END)";
}
