using System.Net;
using Weir.Center.Auth;

namespace Weir.Center.Hosting;

/// <summary>Where a center listens, what it keeps, and its bounds.</summary>
public sealed record CenterOptions
{
    /// <summary>Address of the page and the REST API. Port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 7373);

    /// <summary>Who may use the page and the API.</summary>
    public AuthOptions Auth { get; init; } = new();

    /// <summary>Directory of the embedded store; created when missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Calls are kept there instead; null for the embedded store. Its own age and size apply.</summary>
    public Storage.ClickHouseStoreOptions? ClickHouse { get; init; }

    /// <summary>Bytes of stored calls beyond which the oldest are deleted.</summary>
    public long MaxBytes { get; init; } = 2L << 30;

    /// <summary>Age beyond which calls are deleted.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Masks what must not be kept in an exchange that a logger sent, before it is shown or stored. What Weir captures itself is
    /// masked where it is captured.
    /// </summary>
    public Action<Records.Exchange> Redact { get; init; } = static _ => { };

    public Inventory.CatalogueOptions Catalogue { get; init; } = new();

    /// <summary>Where probes deliver; null takes none.</summary>
    public Probes.ProbePort? Probes { get; init; }

    /// <summary>What is done with byte counters.</summary>
    public Traffic.TrafficOptions Traffic { get; init; } = new();

    /// <summary>What a download of raw packets may cost.</summary>
    public Packets.PacketLimits Packets { get; init; } = Center.Packets.PacketLimits.Default;

    /// <summary>What is done about incidents: alerts, limits.</summary>
    public Respond.RespondOptions Respond { get; init; } = new();

    /// <summary>Scans of images.</summary>
    public Scans.ScanOptions Scans { get; init; } = new();

    /// <summary>What looking at a live cluster may cost.</summary>
    public Cluster.ClusterSmellLimits Smells { get; init; } = new();

    /// <summary>Where events of processes come from.</summary>
    public Tetragon.TetragonOptions Tetragon { get; init; } = new();

    /// <summary>The example services run, and the page tells what to look at in their traffic.</summary>
    public bool Demo { get; init; }

    public Ingest.IngestLimits Ingest { get; init; } = new();

    public Live.LiveLimits Live { get; init; } = new();

    public Records.Metrics.ExchangeMetricsLimits Metrics { get; init; } = new();

    /// <summary>Holds the page.</summary>
    internal System.Reflection.Assembly Assets { get; init; } = typeof(CenterOptions).Assembly;
}
