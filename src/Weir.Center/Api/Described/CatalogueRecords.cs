using System.Text.Json.Nodes;
using Weir.Detection.Findings;

namespace Weir.Center.Api.Described;

/// <summary>Milliseconds.</summary>
internal sealed record LatencyFacts(double? P50, double? P90, double? P99);

/// <summary>An endpoint as lists have it; docs/formats/catalogue.md.</summary>
internal record EndpointSummary
{
    public required string Id { get; init; }

    public required string Service { get; init; }

    /// <summary>http, graphql, grpc or websocket.</summary>
    public required string Kind { get; init; }

    public required string Method { get; init; }

    public required string Template { get; init; }

    /// <summary>Of GraphQL.</summary>
    public string? Operation { get; init; }

    public required bool Confirmed { get; init; }

    public required long Calls { get; init; }

    public required long Unanswered { get; init; }

    /// <summary>Calls by status.</summary>
    public required IReadOnlyDictionary<string, long> Statuses { get; init; }

    public required string FirstSeen { get; init; }

    public required string LastSeen { get; init; }

    public required LatencyFacts LatencyMs { get; init; }

    public required IReadOnlyList<string> Auth { get; init; }

    public required IReadOnlyList<string> Sensitive { get; init; }

    public required string Example { get; init; }
}

/// <summary>Why a segment is a parameter, or is none.</summary>
internal sealed record SegmentExplanation
{
    public required string Segment { get; init; }

    public required bool Parameter { get; init; }

    public required string Rule { get; init; }

    public string? Kind { get; init; }

    public int? Samples { get; init; }

    public int? Distinct { get; init; }

    public required string Why { get; init; }
}

/// <summary>A parameter of an endpoint.</summary>
internal sealed record ParameterFacts
{
    public required string Name { get; init; }

    /// <summary>path, query, header or cookie.</summary>
    public required string In { get; init; }

    public string? Kind { get; init; }

    public JsonNode? Schema { get; init; }

    public long? Count { get; init; }

    public bool? Always { get; init; }

    public int? Distinct { get; init; }

    public IReadOnlyList<JsonNode>? Values { get; init; }
}

/// <summary>Bodies of one media type.</summary>
internal sealed record BodyFacts
{
    public required long Count { get; init; }

    public required long Malformed { get; init; }

    public JsonNode? Schema { get; init; }
}

/// <summary>Messages of one direction, bodies by media type.</summary>
internal sealed record MessageFacts(long Count, IReadOnlyDictionary<string, BodyFacts> Content);

/// <summary>What is wrong with the security of an endpoint.</summary>
internal sealed record SecurityFindingFacts
{
    public string? Service { get; init; }

    public required string Kind { get; init; }

    public required Severity Severity { get; init; }

    public required string Method { get; init; }

    public required string Template { get; init; }

    public required string Detail { get; init; }

    public required long Count { get; init; }

    public string? FirstSeen { get; init; }

    public string? LastSeen { get; init; }
}

/// <summary>Who called an endpoint.</summary>
internal sealed record CallerFacts
{
    public required string Name { get; init; }

    public required long Count { get; init; }

    public required string LastSeen { get; init; }

    public string? FirstSeen { get; init; }
}

/// <summary>An endpoint whole.</summary>
internal sealed record EndpointDetail : EndpointSummary
{
    public required IReadOnlyList<SegmentExplanation> Explanation { get; init; }

    public required IReadOnlyList<ParameterFacts> Parameters { get; init; }

    public required MessageFacts Request { get; init; }

    /// <summary>By status.</summary>
    public required IReadOnlyDictionary<string, MessageFacts> Responses { get; init; }

    public required IReadOnlyList<SensitivePlace> SensitiveData { get; init; }

    public required IReadOnlyList<CallerFacts> Callers { get; init; }

    public required IReadOnlyList<SecurityFindingFacts> Findings { get; init; }
}

/// <summary>All endpoints.</summary>
internal sealed record EndpointList
{
    public required IReadOnlyList<string> Services { get; init; }

    public required IReadOnlyList<EndpointSummary> Items { get; init; }

    public required IReadOnlyList<SecurityFindingFacts> Findings { get; init; }
}

/// <summary>Where traffic and specification differ.</summary>
internal sealed record DriftLine(string Kind, string Method, string Path, string Where, string Detail, long Count);

/// <summary>What a service does that its specification does not say.</summary>
internal sealed record DriftAnswer(string Service, long Observed, long Matched, IReadOnlyList<DriftLine> Drift, IReadOnlyList<string> Unused);
