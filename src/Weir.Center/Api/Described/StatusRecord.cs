using System.Text.Json.Nodes;

namespace Weir.Center.Api.Described;

/// <summary>A line of the loss ledger, in plain words.</summary>
internal sealed record LedgerLine(string Plane, string Interface, string Stage, string Reason, long Count, string Unit, string Meaning);

/// <summary>A device, and what came from it.</summary>
internal sealed record InterfaceFacts
{
    public required string Name { get; init; }

    public long? Frames { get; init; }

    public long? Bytes { get; init; }

    public long? KernelDrops { get; init; }

    public long? Truncated { get; init; }
}

/// <summary>What was captured in this process.</summary>
internal sealed record CaptureFacts
{
    public long? Packets { get; init; }

    public long? Bytes { get; init; }

    public long? Exchanges { get; init; }

    public long? Connections { get; init; }

    public IReadOnlyDictionary<string, long>? Dropped { get; init; }

    /// <summary>Encrypted connections of which nothing can be read, by pod and process.</summary>
    public IReadOnlyDictionary<string, long>? Opaque { get; init; }

    public IReadOnlyList<LedgerLine>? Ledger { get; init; }

    public IReadOnlyList<InterfaceFacts>? Interfaces { get; init; }
}

/// <summary>The store.</summary>
internal sealed record StorageFacts
{
    public long? Exchanges { get; init; }

    public long? Bytes { get; init; }

    public string? Oldest { get; init; }

    public string? Newest { get; init; }

    public long? Stored { get; init; }

    public long? Duplicates { get; init; }

    public long? DeletedByAge { get; init; }

    public long? DeletedBySize { get; init; }

    public long? Failures { get; init; }

    public string? LastError { get; init; }

    public double? Readable { get; init; }
}

/// <summary>Live streams.</summary>
internal sealed record LiveFacts
{
    public long? Subscribers { get; init; }

    public long? Dropped { get; init; }
}

/// <summary>How Weir fares. Each part tells more than is described here.</summary>
internal sealed record StatusAnswer
{
    public string? Version { get; init; }

    public string? StartedAt { get; init; }

    public double? UptimeSeconds { get; init; }

    public CaptureFacts? Capture { get; init; }

    public StorageFacts? Storage { get; init; }

    public JsonNode? Ingest { get; init; }

    public LiveFacts? Live { get; init; }

    /// <summary>The example services run.</summary>
    public bool? Demo { get; init; }

    public IReadOnlyDictionary<string, JsonNode>? Settings { get; init; }
}

/// <summary>A probe that delivers to this center, as it said last.</summary>
internal sealed record ProbeFacts
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    public string? Address { get; init; }

    public required bool Connected { get; init; }

    public required string ConnectedSince { get; init; }

    public required string LastSeen { get; init; }

    public required double ClockOffsetMs { get; init; }

    public double? RoundTripMs { get; init; }

    public required long Captured { get; init; }

    public required long Delivered { get; init; }

    public required long StoredHere { get; init; }

    public required long Spooled { get; init; }

    public required long SpoolBytes { get; init; }

    public required IReadOnlyList<string> Planes { get; init; }

    /// <summary>Encrypted connections of which nothing can be read, by pod and process.</summary>
    public required IReadOnlyDictionary<string, long> Opaque { get; init; }

    /// <summary>Raw packets that it keeps; null when it keeps none.</summary>
    public PacketStoreFacts? Packets { get; init; }

    public required IReadOnlyList<LedgerLine> Ledger { get; init; }
}

/// <param name="Bytes">Of all files.</param>
/// <param name="BudgetBytes">Most that they may have.</param>
/// <param name="Segments">Files.</param>
/// <param name="Frames">Packets in them.</param>
/// <param name="Oldest">Time of the oldest; null when there is none.</param>
/// <param name="Lost">Not kept since the probe started, because the queue was full or the disk.</param>
/// <param name="Suspended">The disk refuses now.</param>
internal sealed record PacketStoreFacts(long Bytes, long BudgetBytes, int Segments, long Frames, string? Oldest, long Lost, bool Suspended);

/// <summary>The probes that deliver here.</summary>
internal sealed record ProbeList(IReadOnlyList<ProbeFacts> Items);
