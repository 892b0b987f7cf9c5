using Weir.Packets;
using Weir.Records.Credentials;

namespace Weir.Records;

/// <summary>
/// Where the exchange comes from. Names on the record: <c>ring</c>, <c>libpcap</c>, <c>file</c>, <c>ebpf</c>, <c>ebpf_tls</c>,
/// <c>vxlan</c>, <c>logger</c>.
/// </summary>
public enum CaptureSourceKind : byte
{
    Ring,
    Libpcap,
    File,
    Ebpf,
    EbpfTls,
    Vxlan,
    /// <summary>Not captured: a logger inside the application told of it.</summary>
    Logger,
}

/// <param name="Class">Kind of data: <c>email</c>, <c>credit_card</c> …</param>
/// <param name="Where">Place in the exchange: <c>response.body</c>, <c>request.headers</c> …</param>
/// <param name="Count">How many were found there.</param>
public readonly record struct SensitiveData(string Class, string Where, int Count);

/// <summary>A request cookie that logging rules asked to keep (<c>copy_session_field</c>). Only the Resurface output has a place for it.</summary>
/// <param name="Name">In lower case.</param>
/// <param name="Value">As rules left it.</param>
public readonly record struct SessionField(string Name, string Value);

/// <summary>One side of an exchange: its address, and who that is where it is known.</summary>
public sealed class Peer
{
    public IpAddress Ip { get; set; }

    public ushort Port { get; set; }

    public string? Namespace { get; set; }

    public string? Pod { get; set; }

    public string? Workload { get; set; }

    /// <summary><c>Deployment</c>, <c>StatefulSet</c> …: what kind of thing <see cref="Workload"/> is.</summary>
    public string? WorkloadKind { get; set; }

    public string? Service { get; set; }

    /// <summary>Node that it runs on, or that has the address.</summary>
    public string? Node { get; set; }

    /// <summary>Labels of the pod.</summary>
    public PeerLabels? Labels { get; set; }

    /// <summary>How the above is known, or why not.</summary>
    public PeerResolution Resolution { get; set; }

    public int ProcessId { get; set; }

    public string? ProcessName { get; set; }

    /// <summary>Control group of the process: its path below the mount.</summary>
    public string? Cgroup { get; set; }

    /// <summary>Container of the process: 64 hexadecimal digits.</summary>
    public string? ContainerId { get; set; }

    public void Clear()
    {
        Ip = default;
        Port = 0;
        ProcessName = Cgroup = ContainerId = null;
        ProcessId = 0;
        ClearIdentity();
    }

    /// <summary>Forgets who it is, not what was seen of it.</summary>
    public void ClearIdentity()
    {
        Namespace = Pod = Workload = WorkloadKind = Service = Node = null;
        Labels = null;
        Resolution = PeerResolution.None;
    }
}

/// <summary>
/// A request with its response: the record that users see. Pooled and mutable so that steady capture allocates nothing;
/// see <see cref="IExchangeSink"/> for how long it may be held.
/// </summary>
public sealed class Exchange
{
    public ExchangeId Id { get; set; }

    public CaptureSourceKind Source { get; set; }

    /// <summary>Nothing of its connection was seen on an interface, all at sockets. Becomes <see cref="Source"/>.</summary>
    public bool AtSockets { get; set; }

    /// <summary>Name of the node that captured it; null when unknown.</summary>
    public string? Node { get; set; }

    /// <summary><c>HTTP/1.1</c>, <c>HTTP/1.0</c>, …</summary>
    public string Protocol { get; set; } = "HTTP/1.1";

    public string Scheme { get; set; } = "http";

    /// <summary>True when both messages were seen from first to last byte, and their header fields could all be read.</summary>
    public bool Complete { get; set; }

    public Peer Client { get; } = new();

    public Peer Server { get; } = new();

    /// <summary>False when the response was seen but its request was not.</summary>
    public bool HasRequest { get; set; }

    public bool HasResponse { get; set; }

    public HttpMessage Request { get; } = new();

    public HttpMessage Response { get; } = new();

    /// <summary>
    /// The exchange is not over: it is told while it runs (server-sent events, a long poll, a WebSocket) and will come again,
    /// under the same id, when it has ended.
    /// </summary>
    public bool InProgress { get; set; }

    /// <summary>How often it was told while it ran, this time included. Not on the record.</summary>
    public int ProgressReports { get; set; }

    /// <summary>HTTP/2 stream that carried it (RFC 9113 §5.1.1); -1 on other protocols.</summary>
    public int StreamId { get; set; } = -1;

    public GrpcCall Grpc { get; } = new();

    public WebSocketSession WebSocket { get; } = new();

    public GraphQlCall GraphQl { get; } = new();

    public DnsLookup Dns { get; } = new();

    /// <summary>Server-sent events seen in the response (WHATWG HTML §9.2); -1 when it is no event stream.</summary>
    public long ServerSentEvents { get; set; } = -1;

    /// <summary>The tunnel that carried it, with its outer addresses; kind none where it came plain.</summary>
    public PacketTunnel Tunnel { get; set; }

    /// <summary>It was encrypted on its way, and read inside a TLS library; null where it was plain.</summary>
    public SegmentTls? Tls { get; set; }

    /// <summary>The virtual network in which the client's packets came (<see cref="PacketTunnel.Network"/>); 0 when none is known. Not on the record.</summary>
    public ulong ClientNetwork { get; set; }

    /// <summary>The same of the server's packets: some overlays give each direction its own.</summary>
    public ulong ServerNetwork { get; set; }

    /// <summary>SYN to handshake ACK in nanoseconds; -1 when unknown.</summary>
    public long HandshakeRttNs { get; set; } = -1;

    /// <summary>Retransmitted segments of the connection so far.</summary>
    public long Retransmissions { get; set; }

    /// <summary>RSTs of the connection so far, of both sides.</summary>
    public long Resets { get; set; }

    /// <summary>Packets of the connection so far that announced a receive window of zero.</summary>
    public long ZeroWindows { get; set; }

    /// <summary>Payload that the client sent on the connection so far, in bytes, each once; -1 where no packets were seen.</summary>
    public long ClientBytes { get; set; } = -1;

    /// <summary>The same of the server.</summary>
    public long ServerBytes { get; set; } = -1;

    /// <summary>Bytes that the capture lost within this exchange.</summary>
    public long GapBytes { get; set; }

    public AnomalySet Anomalies;

    /// <summary>Path template such as <c>/orders/{order_id}</c>; null until the endpoint catalogue has named it.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Somebody decided on every part of <see cref="Endpoint"/>: none was guessed from what clients sent. Not on the record.</summary>
    public bool EndpointIsDecided { get; set; }

    /// <summary>Kinds of sensitive data found, by place; empty when none was found or nobody looked.</summary>
    public List<SensitiveData> Sensitive { get; } = [];

    /// <summary>What its Authorization field was worth before it was masked; null without one, or when nobody looked.</summary>
    public CredentialVerdict? Credentials { get; set; }

    /// <summary>Session fields that logging rules copied; not part of the JSON record.</summary>
    public List<SessionField> SessionFields { get; } = [];

    /// <summary>First byte of the request, or of the response when there is no request. Unix nanoseconds.</summary>
    public long StartedAtNs => HasRequest ? Request.FirstByteNs : Response.FirstByteNs;

    /// <summary>First byte of the request to the last byte of the response, nanoseconds; -1 when there is no response.</summary>
    public long DurationNs => HasResponse && HasRequest ? Math.Max(0, Response.LastByteNs - StartedAtNs) : -1;

    public void Clear()
    {
        Id = default;
        Source = default;
        AtSockets = false;
        Node = null;
        Protocol = "HTTP/1.1";
        Scheme = "http";
        Complete = HasRequest = HasResponse = false;
        Client.Clear();
        Server.Clear();
        Request.Clear();
        Response.Clear();
        InProgress = false;
        ProgressReports = 0;
        StreamId = -1;
        Grpc.Clear();
        WebSocket.Clear();
        GraphQl.Clear();
        Dns.Clear();
        ServerSentEvents = -1;
        Tunnel = default;
        Tls = null;
        ClientNetwork = ServerNetwork = 0;
        HandshakeRttNs = -1;
        Retransmissions = Resets = ZeroWindows = GapBytes = 0;
        ClientBytes = ServerBytes = -1;
        Anomalies = default;
        Endpoint = null;
        EndpointIsDecided = false;
        Sensitive.Clear();
        Credentials = null;
        SessionFields.Clear();
    }
}
