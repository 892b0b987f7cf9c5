using System.Text.Json.Nodes;

namespace Weir.Center.Api.Described;

/// <summary>Phases of a call, where the probe saw the edges of both messages.</summary>
internal sealed record TimingFacts(double? RequestMs, double? WaitMs, double? ResponseMs);

/// <summary>The connection so far.</summary>
internal sealed record TcpFacts
{
    public double? HandshakeRttMs { get; init; }

    public long? Retransmissions { get; init; }

    public long? GapBytes { get; init; }

    public long? Resets { get; init; }

    public long? ZeroWindows { get; init; }

    public long? ClientBytes { get; init; }

    public long? ServerBytes { get; init; }
}

/// <summary>Read inside a TLS library.</summary>
/// <param name="Library">Which.</param>
/// <param name="Binding">How the addresses are known.</param>
internal sealed record TlsFacts(string Library, string Binding);

/// <summary>The tunnel that carried it, with its outer addresses.</summary>
internal sealed record TunnelFacts
{
    public required string Kind { get; init; }

    public string? Source { get; init; }

    public string? Destination { get; init; }

    public long? Id { get; init; }
}

/// <summary>A kind of sensitive data, and where in the call it is.</summary>
internal sealed record SensitivePlace(string Class, string Where, int Count);

/// <summary>What the Authorization field was worth before it was masked.</summary>
internal sealed record CredentialFacts
{
    public IReadOnlyList<string>? Kinds { get; init; }

    public IReadOnlyList<string>? Flaws { get; init; }

    public string? Role { get; init; }
}

/// <summary>A call of gRPC.</summary>
internal sealed record GrpcFacts
{
    public string? Service { get; init; }

    public string? Method { get; init; }

    public int? Status { get; init; }

    public string? Message { get; init; }

    public long? RequestMessages { get; init; }

    public long? ResponseMessages { get; init; }

    public long? RequestMessageBytes { get; init; }

    public long? ResponseMessageBytes { get; init; }

    /// <summary>Decoded messages, in the full record and where a schema is known.</summary>
    public JsonNode? RequestJson { get; init; }

    public JsonNode? ResponseJson { get; init; }
}

/// <summary>A message of a WebSocket.</summary>
internal sealed record WebSocketMessage
{
    /// <summary>client or server.</summary>
    public required string From { get; init; }

    /// <summary>text or binary.</summary>
    public required string Kind { get; init; }

    public required string At { get; init; }

    public required long Bytes { get; init; }

    public string? Body { get; init; }

    public BodyEncoding? BodyEncoding { get; init; }

    public bool? BodyTruncated { get; init; }
}

/// <summary>Messages of a WebSocket; in is towards the server.</summary>
internal sealed record WebSocketFacts
{
    public long? Messages { get; init; }

    public long? MessagesIn { get; init; }

    public long? MessagesOut { get; init; }

    public long? BytesIn { get; init; }

    public long? BytesOut { get; init; }

    public bool? Compressed { get; init; }

    public int? CloseCode { get; init; }

    public string? CloseReason { get; init; }

    /// <summary>The first messages, in the full record only.</summary>
    public IReadOnlyList<WebSocketMessage>? Captured { get; init; }
}

internal sealed record GraphQlOperationFacts
{
    public required string Type { get; init; }

    public string? Name { get; init; }

    public string? Field { get; init; }
}

/// <summary>Operations of a GraphQL request.</summary>
internal sealed record GraphQlFacts
{
    public IReadOnlyList<GraphQlOperationFacts>? Operations { get; init; }
}

/// <summary>A resource record of an answer; ttl in seconds.</summary>
internal sealed record DnsAnswerFacts(string Name, string Type, long Ttl, string Data);

/// <summary>A name lookup.</summary>
internal sealed record DnsFacts
{
    public int? Id { get; init; }

    public string? Name { get; init; }

    public string? Type { get; init; }

    public string? ResponseCode { get; init; }

    public bool? OverTcp { get; init; }

    public bool? Authoritative { get; init; }

    public bool? Truncated { get; init; }

    public int? AnswerCount { get; init; }

    /// <summary>In the full record only.</summary>
    public IReadOnlyList<DnsAnswerFacts>? Answers { get; init; }
}

/// <summary>Server-sent events of the response.</summary>
internal sealed record EventStreamFacts
{
    public long? Events { get; init; }
}
