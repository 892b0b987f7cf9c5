using System.Globalization;
using System.Text;
using Weir.Records.Status;

namespace Weir.Center.Api;

/// <summary>Counters in Prometheus' text exposition format, version 0.0.4: <c>weir_&lt;area&gt;_&lt;what&gt;[_total]</c>.</summary>
internal sealed class MetricsText : IStatusReport
{
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private string _area = "";

    public static string Write(IEnumerable<IStatusSource> sources)
    {
        var metrics = new MetricsText();
        foreach (var source in sources)
        {
            metrics._area = source.Name;
            source.Report(metrics);
        }

        var text = new StringBuilder();
        foreach (var (name, family) in metrics._families)
        {
            text.Append("# TYPE ").Append(name).Append(' ').Append(family.Type).Append('\n');
            foreach (var (labels, value) in family.Samples)
                text.Append(name).Append(labels).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }

        return text.ToString();
    }

    public void Counter(string name, long value) => Add($"{name}_total", "counter", "", value);

    public void Gauge(string name, long value) => Add(name, "gauge", "", value);

    public void Dropped(Loss loss) => Add(
        "dropped_total", "counter",
        $"{{plane=\"{Escape(loss.Plane)}\",interface=\"{Escape(loss.Interface)}\",reason=\"{Escape(loss.Reason)}\"}}", loss.Count);

    public void Interface(string name, long frames, long bytes, long kernelDrops, long truncated)
    {
        var label = $"{{interface=\"{Escape(name)}\"}}";
        Add("interface_frames_total", "counter", label, frames);
        Add("interface_bytes_total", "counter", label, bytes);
        Add("interface_kernel_drops_total", "counter", label, kernelDrops);
        Add("interface_truncated_total", "counter", label, truncated);
    }

    private static string Escape(string label) => label
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>A scrape with the same sample twice is refused whole, so what would repeat (one device named twice) is summed.</summary>
    private void Add(string name, string type, string labels, long value)
    {
        var full = Name($"weir_{_area}_{name}");
        if (!_families.TryGetValue(full, out var family)) _families.Add(full, family = new Family(type, new(StringComparer.Ordinal)));
        family.Samples[labels] = family.Samples.GetValueOrDefault(labels) + value;
    }

    private static string Name(string name) => string.Create(name.Length, name, static (span, from) =>
    {
        for (var i = 0; i < from.Length; i++) span[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '_';
    });

    private sealed record Family(string Type, SortedDictionary<string, long> Samples);
}
