using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Records;

namespace Weir.Center.Map;

/// <summary>What a place of the map is.</summary>
internal enum MapKind
{
    Service,
    Workload,
    Pod,
    Process,
    Node,
    /// <summary>Nobody known, by the host name that calls ask for.</summary>
    Host,
    /// <summary>Nobody known, by its address.</summary>
    Address,
    /// <summary>Several that are too many to be shown.</summary>
    Others,
}

/// <summary>One end of a call, as far as the map tells ends apart: what groups pods and processes best comes first.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Namespace">Empty outside of a cluster.</param>
/// <param name="Name">Of the service, host …; the address otherwise.</param>
/// <param name="Port">Of a server that only its port tells apart from others; 0 else.</param>
internal readonly record struct MapPlace(MapKind Kind, string Namespace, string Name, int Port = 0)
{
    private static readonly JsonSerializerOptions s_text = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a person reads: a port is part of it where it tells servers apart.</summary>
    public string Label => Port == 0 ? Name
        : string.Create(CultureInfo.InvariantCulture, $"{(Kind == MapKind.Address && Name.Contains(':', StringComparison.Ordinal) ? $"[{Name}]" : Name)}:{Port}");

    public string Id => $"{Kind.ToString().ToLowerInvariant()}/{Namespace}/{Label}";

    /// <param name="peer">The end.</param>
    /// <param name="host">What the call asked for; empty for the client, whom it says nothing about.</param>
    /// <param name="isServer">Its port then tells it apart.</param>
    public static MapPlace Of(Peer peer, string host, bool isServer)
    {
        var space = peer.Namespace ?? "";
        var port = isServer ? peer.Port : 0;
        if (peer.Service is { Length: > 0 } service) return new(MapKind.Service, space, service);
        if (peer.Workload is { Length: > 0 } workload) return new(MapKind.Workload, space, workload);
        if (peer.Pod is { Length: > 0 } pod) return new(MapKind.Pod, space, pod);
        if (peer.ProcessName is { Length: > 0 } process) return new(MapKind.Process, "", process, port);
        if (peer.Node is { Length: > 0 } node) return new(MapKind.Node, "", node);
        return host.Length > 0 && !IsAddress(host) ? new(MapKind.Host, "", host) : new(MapKind.Address, "", peer.Ip.ToString(), port);
    }

    /// <summary>
    /// What else shows that two ends are the same: the workload behind a service, which is named when it calls, and the process that listens on a
    /// port. Null where nothing does.
    /// </summary>
    /// <param name="peer">The end.</param>
    /// <param name="node">Where it was captured: process ids are of one host.</param>
    public static string? TraceOf(Peer peer, string? node)
    {
        if (peer.Workload is { Length: > 0 } workload) return $"workload\0{peer.Namespace}\0{workload}";
        return peer is { ProcessId: > 0, ProcessName: not null, Service: null, Pod: null }
            ? string.Create(CultureInfo.InvariantCulture, $"process\0{node}\0{peer.ProcessId}\0{peer.ProcessName}")
            : null;
    }

    /// <summary>The filter that takes the calls of this place.</summary>
    /// <param name="side"><c>src</c> or <c>dst</c>.</param>
    public string Filter(string side)
    {
        var port = Port == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" && {side}.port == {Port}");
        var space = Namespace.Length == 0 ? "" : $" && {side}.namespace == {Text(Namespace)}";
        return Kind switch
        {
            MapKind.Service => $"{side}.service.name == {Text(Name)}{space}",
            MapKind.Workload => $"{side}.workload.name == {Text(Name)}{space} && {side}.service.name == \"\"",
            MapKind.Pod => $"{side}.pod.name == {Text(Name)}{space} && {side}.service.name == \"\"",
            MapKind.Process => $"{side}.process.name == {Text(Name)} && {side}.name == {Text(Name)}{port}",
            MapKind.Node => $"{side}.node.name == {Text(Name)} && {side}.name == \"\"",
            MapKind.Host => $"host == {Text(Name)} && {side}.name == \"\"",
            MapKind.Address => $"{side}.ip == {Text(Name)} && {side}.name == \"\"{port}",
            _ => $"{side}.name == \"\"",
        };
    }

    /// <summary>A host that is an address says no more than the address itself.</summary>
    private static bool IsAddress(string host) =>
        host.StartsWith('[') || IPAddress.TryParse(host.AsSpan(0, host.LastIndexOf(':') is > 0 and var colon ? colon : host.Length), out _);

    /// <summary>JSON's escapes are a subset of CEL's.</summary>
    private static string Text(string text) => JsonSerializer.Serialize(text, s_text);
}
