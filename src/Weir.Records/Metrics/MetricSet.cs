using System.Diagnostics.CodeAnalysis;
using Weir.Records.Status;

namespace Weir.Records.Metrics;

/// <summary>Counts of one histogram, and an example of what fell below each bound.</summary>
/// <param name="Counts">Exchanges at or below each of <see cref="ExchangeMetrics.DurationBounds"/> that are above the bound before; the last is of what is above all.</param>
/// <param name="Sum">Of all values, in the unit of the metric.</param>
/// <param name="Examples">As many as counts; null where there is none.</param>
public sealed record HistogramValue(IReadOnlyList<long> Counts, double Sum, IReadOnlyList<Exemplar?> Examples);

/// <summary>One observation that stands for its bucket (OpenMetrics §4.6.1).</summary>
/// <param name="Labels">Rendered, without braces; at most 128 characters of names and values together.</param>
/// <param name="Value">What was observed, in the unit of the metric.</param>
/// <param name="AtNs">When, Unix nanoseconds.</param>
public readonly record struct Exemplar(string Labels, double Value, long AtNs);

/// <summary>The samples of one scrape, by family.</summary>
public sealed class MetricSet : IStatusReport
{
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private string _area = "";

    internal IEnumerable<Family> Families => _families.Values;

    /// <summary>Asks every source for its counters.</summary>
    public static MetricSet From(IEnumerable<IStatusSource> sources)
    {
        var metrics = new MetricSet();
        foreach (var source in sources) metrics.Ask(source);
        return metrics;
    }

    public void Counter(string name, long value) => Add(Find($"weir_{_area}_{name}_total", MetricKind.Counter), "", value);

    public void Counter(string name, string label, string of, long value) =>
        Add(Find($"weir_{_area}_{name}_total", MetricKind.Counter, label), Exposition.Labels([label], of), value);

    public void Gauge(string name, string label, string of, long value) =>
        Add(Find($"weir_{_area}_{name}", MetricKind.Gauge, label), Exposition.Labels([label], of), value);

    public void Gauge(string name, long value) => Add(Find($"weir_{_area}_{name}", MetricKind.Gauge), "", value);

    /// <summary>One ledger, whichever part of Weir lost it: a reason belongs to one.</summary>
    public void Dropped(Loss loss)
    {
        var reason = LossReasons.Of(loss.Reason);
        Add(MetricCatalog.Losses, loss.Count, loss.Plane, loss.Interface, WireNames.Of(reason.Stage), reason.Unit, loss.Reason);
    }

    public void Interface(string name, long frames, long bytes, long kernelDrops, long truncated)
    {
        var label = Exposition.Labels(["interface"], name);
        foreach (var (what, value) in (ReadOnlySpan<(string, long)>)[("frames", frames), ("bytes", bytes), ("kernel_drops", kernelDrops), ("truncated", truncated)])
            Add(Find($"weir_{_area}_interface_{what}_total", MetricKind.Counter, "interface"), label, value);
    }

    public void Add(Metric metric, double value, params ReadOnlySpan<string> labels) => Add(metric, Exposition.Labels(metric.Labels, labels), value);

    /// <summary>A scrape with the same sample twice is refused whole, so what would repeat (one device named twice) is summed.</summary>
    /// <param name="metric">Its family.</param>
    /// <param name="labels">Rendered by <see cref="Exposition.Labels"/>.</param>
    /// <param name="value">Its value now.</param>
    public void Add(Metric metric, string labels, double value)
    {
        var samples = Of(metric).Samples;
        samples[labels] = samples.GetValueOrDefault(labels) + value;
    }

    /// <inheritdoc cref="Add(Metric, string, double)"/>
    public void Add(Metric metric, string labels, HistogramValue value) => Of(metric).Histograms[labels] = value;

    /// <summary>The names of all families, for whoever compares them with a document.</summary>
    public IReadOnlyCollection<string> Names => _families.Keys;

    public bool TryGet(string name, string labels, [NotNullWhen(true)] out double? value)
    {
        value = _families.TryGetValue(name, out var family) && family.Samples.TryGetValue(labels, out var found) ? found : null;
        return value is not null;
    }

    private void Ask(IStatusSource source)
    {
        _area = source.Name;
        source.Report(this);
        (source as IMetricSource)?.Collect(this);
    }

    private Family Of(Metric metric)
    {
        if (!_families.TryGetValue(metric.Name, out var family)) _families.Add(metric.Name, family = new Family(metric));
        return family;
    }

    /// <summary>The entry of the catalogue. A name that is not in it is told as it is, so that nothing counted goes untold.</summary>
    private static Metric Find(string name, MetricKind kind, params string[] labels)
    {
        var plain = Exposition.Name(name);
        return MetricCatalog.TryGet(plain, out var known) ? known : new Metric(plain, kind, "", "", labels);
    }

    internal sealed record Family(Metric Metric)
    {
        public Dictionary<string, double> Samples { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, HistogramValue> Histograms { get; } = new(StringComparer.Ordinal);
    }
}
