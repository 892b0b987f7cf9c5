using System.Buffers;
using System.Globalization;
using Weir.Packets;
using Weir.Records;
using Weir.Records.Json;
using Weir.Records.Metrics;

namespace Weir.Export.Otlp;

/// <summary>
/// Writes a call as one line: a <c>ResourceSpans</c> with one span of kind SERVER, in the JSON of OTLP 1.x. Attributes have the names of the
/// semantic conventions for HTTP, RPC, GraphQL and Kubernetes (1.27 and later), docs/formats/otlp.md.
/// </summary>
internal static class OtlpSpanWriter
{
    /// <summary>Multiplies ids apart that differ in their last bits: span ids of one trace would else be neighbours (SplitMix64).</summary>
    private const ulong Mix = 0xBF58_476D_1CE4_E5B9;

    /// <summary>A call with a request. Ends with a line feed.</summary>
    public static void Write(Exchange exchange, IBufferWriter<byte> writer)
    {
        var otlp = new OtlpJson(writer);
        otlp.Json.Raw("{\"resource\":{"u8);
        otlp.OpenAttributes();
        Resource(ref otlp, exchange);
        otlp.CloseAttributes();
        otlp.Json.Raw("},\"scopeSpans\":[{\"scope\":{\"name\":\"weir\"},\"spans\":[{"u8);
        Identity(ref otlp.Json, exchange);
        otlp.Json.Raw(",\"name\":"u8);
        Name(ref otlp.Json, exchange);
        otlp.Json.Raw(",\"kind\":2,\"startTimeUnixNano\":\""u8);
        otlp.Json.Number(exchange.StartedAtNs);
        otlp.Json.Raw("\",\"endTimeUnixNano\":\""u8);
        otlp.Json.Number(exchange.StartedAtNs + Math.Max(exchange.DurationNs, exchange.Request.LastByteNs - exchange.Request.FirstByteNs));
        otlp.Json.Raw("\","u8);
        otlp.OpenAttributes();
        Request(ref otlp, exchange);
        Response(ref otlp, exchange);
        Ends(ref otlp, exchange);
        otlp.Text("weir.exchange.id"u8, exchange.Id.ToString());
        otlp.Boolean("weir.exchange.complete"u8, exchange.Complete);
        otlp.CloseAttributes();
        otlp.Json.Raw(",\"status\":{"u8);
        if (IsError(exchange)) otlp.Json.Raw("\"code\":2"u8);
        otlp.Json.Raw("}}]}]}\n"u8);
        otlp.Json.Flush();
    }

    /// <summary>A server's own errors, and calls that nobody answered ("Status" of the HTTP conventions).</summary>
    private static bool IsError(Exchange exchange) => !exchange.HasResponse || exchange.Response.Status >= 500 || exchange.Grpc is { Present: true, Status: > 0 };

    private static void Identity(ref JsonOutput json, Exchange exchange)
    {
        var parent = TraceParent.Of(exchange.Request);
        var (trace, span) = (parent.TraceId, (ulong)exchange.Id.Value * Mix);
        // Without a trace of its own a call is one: its id is unique, and as long as a trace's.
        if (trace == 0) trace = exchange.Id.Value;
        json.Raw("\"traceId\":\""u8);
        Hex(ref json, (ulong)(trace >> 64));
        Hex(ref json, (ulong)trace);
        json.Raw("\",\"spanId\":\""u8);
        Hex(ref json, span == 0 ? 1 : span);
        json.Raw("\""u8);
        if (parent.SpanId == 0) return;
        json.Raw(",\"parentSpanId\":\""u8);
        Hex(ref json, parent.SpanId);
        json.Raw("\""u8);
    }

    private static void Hex(ref JsonOutput json, ulong value)
    {
        Span<byte> digits = stackalloc byte[16];
        value.TryFormat(digits, out _, "x16", CultureInfo.InvariantCulture);
        json.Raw(digits);
    }

    /// <summary><c>GET /orders/{id}</c>; without a template, which has few values, the method alone; of gRPC service and method.</summary>
    private static void Name(ref JsonOutput json, Exchange exchange)
    {
        json.Raw("\""u8);
        if (exchange.Grpc is { Present: true } grpc)
        {
            json.TextPart(grpc[grpc.Service]);
            json.Raw("/"u8);
            json.TextPart(grpc[grpc.Method]);
        }
        else
        {
            json.TextPart(Method(exchange));
            if (exchange.Endpoint is { } endpoint)
            {
                json.Raw(" "u8);
                json.TextPart(System.Text.Encoding.UTF8.GetBytes(endpoint));
            }
        }

        json.Raw("\""u8);
    }

    /// <summary>HTTP for methods that nobody knows, so that names stay few.</summary>
    private static ReadOnlySpan<byte> Method(Exchange exchange) => exchange.Request[exchange.Request.Method] is var method && KnownMethods.Contains(method) ? method : "HTTP"u8;

    private static void Resource(ref OtlpJson otlp, Exchange exchange)
    {
        var server = exchange.Server;
        var name = server.Service ?? server.Workload;
        if (name is not null) otlp.Text("service.name"u8, name);
        else if (!exchange.Request.Host.IsEmpty) otlp.Bytes("service.name"u8, Host(exchange.Request).Name);
        else otlp.Address("service.name"u8, server.Ip);
        otlp.Optional("service.namespace"u8, server.Namespace);
        otlp.Optional("k8s.namespace.name"u8, server.Namespace);
        otlp.Optional("k8s.pod.name"u8, server.Pod);
        otlp.Optional("k8s.node.name"u8, server.Node);
        switch (server.WorkloadKind)
        {
            case "Deployment": otlp.Optional("k8s.deployment.name"u8, server.Workload); break;
            case "StatefulSet": otlp.Optional("k8s.statefulset.name"u8, server.Workload); break;
            case "DaemonSet": otlp.Optional("k8s.daemonset.name"u8, server.Workload); break;
            case "Job": otlp.Optional("k8s.job.name"u8, server.Workload); break;
            case "CronJob": otlp.Optional("k8s.cronjob.name"u8, server.Workload); break;
        }

        otlp.Optional("container.id"u8, server.ContainerId);
        if (server.ProcessId != 0) otlp.Number("process.pid"u8, server.ProcessId);
        otlp.Optional("process.executable.name"u8, server.ProcessName);
    }

    private static void Request(ref OtlpJson otlp, Exchange exchange)
    {
        var request = exchange.Request;
        var method = request[request.Method];
        var known = KnownMethods.Contains(method);
        otlp.Bytes("http.request.method"u8, known ? method : "_OTHER"u8);
        if (!known) otlp.Bytes("http.request.method_original"u8, method);
        otlp.Text("url.scheme"u8, exchange.Scheme);
        otlp.Bytes("url.path"u8, request[request.Path]);
        if (!request.Query.IsEmpty) otlp.Bytes("url.query"u8, request[request.Query]);
        otlp.Optional("http.route"u8, exchange.Endpoint);
        otlp.Text("network.protocol.name"u8, "http");
        otlp.Text("network.protocol.version"u8, exchange.Protocol.AsSpan("HTTP/".Length));
        otlp.Number("http.request.body.size"u8, request.BodyBytes);
        if (request.TryField("user-agent"u8, out var agent)) otlp.Bytes("user_agent.original"u8, request[agent]);
        if (exchange.Grpc is { Present: true } grpc)
        {
            otlp.Text("rpc.system"u8, "grpc");
            otlp.Bytes("rpc.service"u8, grpc[grpc.Service]);
            otlp.Bytes("rpc.method"u8, grpc[grpc.Method]);
            if (grpc.Status >= 0) otlp.Number("rpc.grpc.status_code"u8, grpc.Status);
        }

        if (exchange.GraphQl.Operations is not [var operation, ..]) return;
        otlp.Text("graphql.operation.type"u8, operation.Type.ToString().ToLowerInvariant());
        if (!operation.Name.IsEmpty) otlp.Bytes("graphql.operation.name"u8, exchange.GraphQl[operation.Name]);
    }

    private static void Response(ref OtlpJson otlp, Exchange exchange)
    {
        if (!exchange.HasResponse)
        {
            otlp.Text("error.type"u8, "no_response");
            return;
        }

        var status = exchange.Response.Status;
        otlp.Number("http.response.status_code"u8, status);
        otlp.Number("http.response.body.size"u8, exchange.Response.BodyBytes);
        if (status >= 500) otlp.Text("error.type"u8, status.ToString(CultureInfo.InvariantCulture));
    }

    private static void Ends(ref OtlpJson otlp, Exchange exchange)
    {
        var host = Host(exchange.Request);
        if (!host.Name.IsEmpty) otlp.Bytes("server.address"u8, host.Name);
        else otlp.Address("server.address"u8, exchange.Server.Ip);
        otlp.Number("server.port"u8, host.Port > 0 ? host.Port : exchange.Server.Port);
        otlp.Address("client.address"u8, exchange.Client.Ip);
        otlp.Number("client.port"u8, exchange.Client.Port);
        otlp.Address("network.peer.address"u8, exchange.Client.Ip);
        otlp.Number("network.peer.port"u8, exchange.Client.Port);
        otlp.Address("network.local.address"u8, exchange.Server.Ip);
        otlp.Number("network.local.port"u8, exchange.Server.Port);
        otlp.Optional("weir.client.service"u8, exchange.Client.Service ?? exchange.Client.Workload);
        otlp.Optional("weir.client.namespace"u8, exchange.Client.Namespace);
        otlp.Optional("weir.client.pod"u8, exchange.Client.Pod);
    }

    /// <summary>The name and the port that were asked for; port 0 where none was named (RFC 9110 §7.2).</summary>
    private static HostAndPort Host(HttpMessage request)
    {
        var host = request[request.Host];
        var colon = host.LastIndexOf((byte)':');
        // The colons of an IPv6 address are inside its brackets.
        return colon > 0 && colon > host.LastIndexOf((byte)']') && ushort.TryParse(host[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new HostAndPort(host[..colon], port)
            : new HostAndPort(host, 0);
    }

    private readonly ref struct HostAndPort(ReadOnlySpan<byte> name, int port)
    {
        public ReadOnlySpan<byte> Name { get; } = name;

        public int Port { get; } = port;
    }
}
