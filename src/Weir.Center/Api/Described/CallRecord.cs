using System.Text.Json.Serialization;

namespace Weir.Center.Api.Described;

// What stored JSON looks like, for /openapi/v1.json and the types that the page makes of it. Nothing makes these: the record is written once, by
// Weir.Records.Json, and goes out as it is. A test compares real answers with them. Absent and null both mean "not known".

/// <summary>A process at one end of a call.</summary>
internal sealed record ProcessDescription
{
    public int? Pid { get; init; }

    public string? Name { get; init; }

    /// <summary>Control group, as its path below the mount.</summary>
    public string? Cgroup { get; init; }
}

internal sealed record ContainerDescription(string Id);

/// <summary>One end of a call.</summary>
internal sealed record PeerDescription
{
    public required string Ip { get; init; }

    public required int Port { get; init; }

    public string? Namespace { get; init; }

    public string? Pod { get; init; }

    public string? Workload { get; init; }

    public string? WorkloadKind { get; init; }

    public string? Service { get; init; }

    public string? Node { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>How the names are known.</summary>
    public string? Resolution { get; init; }

    public ProcessDescription? Process { get; init; }

    public ContainerDescription? Container { get; init; }
}

/// <summary>How a body is written: text after content decoding, or the captured bytes.</summary>
internal enum BodyEncoding
{
    Utf8,
    Base64,
}

/// <summary>A request as lists have it.</summary>
internal record RequestSummary
{
    public required string Method { get; init; }

    public string? Host { get; init; }

    public required string Path { get; init; }

    public string? Query { get; init; }

    /// <summary>Bytes on the wire.</summary>
    public long? BodyBytes { get; init; }

    public bool? BodyTruncated { get; init; }
}

/// <summary>A request whole.</summary>
internal sealed record RequestRecord : RequestSummary
{
    /// <summary>Pairs of name and value, in the order sent.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Headers { get; init; }

    public IReadOnlyList<IReadOnlyList<string>>? Trailers { get; init; }

    public string? Body { get; init; }

    public BodyEncoding? BodyEncoding { get; init; }
}

/// <summary>A response as lists have it.</summary>
internal record ResponseSummary
{
    public required int Status { get; init; }

    public string? Reason { get; init; }

    /// <summary>Bytes on the wire.</summary>
    public long? BodyBytes { get; init; }

    public bool? BodyTruncated { get; init; }
}

/// <summary>A response whole.</summary>
internal sealed record ResponseRecord : ResponseSummary
{
    /// <summary>Pairs of name and value, in the order sent.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Headers { get; init; }

    public IReadOnlyList<IReadOnlyList<string>>? Trailers { get; init; }

    public string? Body { get; init; }

    public BodyEncoding? BodyEncoding { get; init; }
}

/// <summary>What a call is beside its messages.</summary>
internal record CallFacts
{
    public required string Id { get; init; }

    /// <summary>UTC: the first byte of the request.</summary>
    public required string? StartedAt { get; init; }

    /// <summary>From the first byte of the request to the last byte of the response.</summary>
    public double? DurationMs { get; init; }

    public string? Source { get; init; }

    public string? Node { get; init; }

    public string? Protocol { get; init; }

    /// <summary>Of HTTP/2.</summary>
    public int? StreamId { get; init; }

    public string? Scheme { get; init; }

    /// <summary>Nothing of it is missing.</summary>
    public required bool Complete { get; init; }

    /// <summary>Not over yet: the same id comes again, with more, and at last without this.</summary>
    public bool? InProgress { get; init; }

    public required PeerDescription Client { get; init; }

    public required PeerDescription Server { get; init; }

    /// <summary>Path template.</summary>
    public string? Endpoint { get; init; }

    public TcpFacts? Tcp { get; init; }

    public TlsFacts? Tls { get; init; }

    public TunnelFacts? Tunnel { get; init; }

    public IReadOnlyList<string>? Anomalies { get; init; }

    public IReadOnlyList<SensitivePlace>? Sensitive { get; init; }

    public CredentialFacts? Credentials { get; init; }

    public GrpcFacts? Grpc { get; init; }

    public WebSocketFacts? WebSocket { get; init; }

    public GraphQlFacts? Graphql { get; init; }

    public DnsFacts? Dns { get; init; }

    public EventStreamFacts? EventStream { get; init; }

    public TimingFacts? Timing { get; init; }
}

/// <summary>A call as lists have it.</summary>
internal sealed record CallSummary : CallFacts
{
    public required RequestSummary? Request { get; init; }

    public required ResponseSummary? Response { get; init; }
}

/// <summary>A call whole.</summary>
internal sealed record CallRecord : CallFacts
{
    public required RequestRecord? Request { get; init; }

    public required ResponseRecord? Response { get; init; }
}

/// <summary>A page of calls.</summary>
/// <param name="Items">Newest first; with detail=full each is a CallRecord.</param>
/// <param name="Next">Cursor of the next page; null on the last.</param>
/// <param name="Scanned">Stored calls that were looked at.</param>
internal sealed record CallPage(IReadOnlyList<CallSummary> Items, string? Next, long Scanned);
