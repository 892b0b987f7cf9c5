using Weir.Kubernetes;
using Weir.Manifests;
using Weir.Manifests.Scanning;

namespace Weir.Center.Cluster;

/// <summary>What is wrong with what runs in the cluster, as of a time.</summary>
/// <param name="At">When it was looked at.</param>
/// <param name="Report">What was found, with kinds that were not looked at among its notes.</param>
public sealed record ClusterSmellReport(DateTimeOffset At, SmellReport Report);

/// <summary>Runs the checks of manifests over a live cluster, one scan at a time, and keeps the latest for a short time. Thread-safe.</summary>
internal sealed class ClusterSmells(ClusterLink cluster, ClusterSmellLimits limits, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, ClusterSmellReport> _known = new(StringComparer.Ordinal);

    /// <param name="space">Only this namespace; empty for all.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KubernetesException">The cluster cannot be read.</exception>
    public async Task<ClusterSmellReport> ReadAsync(string space, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            if (_known.TryGetValue(space, out var known) && time.GetUtcNow() - known.At < limits.MaxAge) return known;
            var report = new ClusterSmellReport(time.GetUtcNow(), await ScanAsync(cluster.Client(), space, limits.Scan, null, cancellation));
            if (_known.Count >= limits.MaxKept) _known.Remove(_known.MinBy(static one => one.Value.At).Key);
            _known[space] = report;
            return report;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>One scan, now.</summary>
    /// <param name="client">Reads the cluster.</param>
    /// <param name="space">Only this namespace; empty for all.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="options">Checks and what is expected; null for the defaults.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KubernetesException">The cluster cannot be read.</exception>
    public static async Task<SmellReport> ScanAsync(KubernetesClient client, string space, ManifestLimits limits, SmellOptions? options, CancellationToken cancellation)
    {
        var manifests = new ClusterManifests(client, space.Length == 0 ? null : space);
        var scanner = new SmellScanner(options, limits);
        await scanner.AddAsync(manifests, cancellation);
        var report = scanner.Scan();
        return report with { Notes = [.. manifests.Notes, .. report.Notes] };
    }
}

/// <summary>What looking at a live cluster may cost.</summary>
public sealed record ClusterSmellLimits
{
    /// <summary>How long a scan is taken for the present state: it reads every workload.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Scans that are kept, one a namespace.</summary>
    public int MaxKept { get; init; } = 16;

    /// <summary>Findings of an answer, the worst first; further ones are counted.</summary>
    public int MaxFindings { get; init; } = 5000;

    internal ManifestLimits Scan { get; init; } = ManifestLimits.Default;
}
