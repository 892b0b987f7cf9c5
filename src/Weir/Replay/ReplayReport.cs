using System.Globalization;
using System.Text.Json;

namespace Weir.Cli.Replay;

/// <summary>What came of a replay. Written by many senders at once.</summary>
internal sealed class ReplayReport
{
    /// <summary>Kinds of differences that are told one by one.</summary>
    private const int MaxDifferences = 1000;

    private const int ShownDifferences = 5;

    private readonly Lock _gate = new();
    private readonly LatencyHistogram _latency = new();
    private readonly LatencyHistogram _captured = new();
    private readonly SortedDictionary<int, long> _statuses = [];
    private readonly SortedDictionary<string, long> _skipped = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Method, string Path, int Captured, int Replayed), long> _differences = [];
    private readonly SortedDictionary<string, long> _failures = new(StringComparer.Ordinal);
    private long _same;
    private long _different;

    public long Sent { get; private set; }

    public long Answered { get; private set; }

    public long Masked { get; private set; }

    public long Failed => Sent - Answered;

    public double Seconds { get; set; }

    public TimeSpan Late { get; set; }

    public void Skip(string reason)
    {
        lock (_gate) _skipped[reason] = _skipped.GetValueOrDefault(reason) + 1;
    }

    /// <summary>A request is about to go.</summary>
    /// <returns>True for the first that carries masked values.</returns>
    public bool Send(ReplayRequest request)
    {
        lock (_gate)
        {
            Sent++;
            if (request.DurationNs >= 0) _captured.Add(TimeSpan.FromMicroseconds(request.DurationNs / 1000.0));
            return request.IsMasked && Masked++ == 0;
        }
    }

    public void Answer(ReplayRequest request, int status, TimeSpan latency)
    {
        lock (_gate)
        {
            Answered++;
            _latency.Add(latency);
            _statuses[status] = _statuses.GetValueOrDefault(status) + 1;
            if (request.Status == status) _same++;
            if (request.Status == status || request.Status == 0) return;
            _different++;
            var kind = (request.Method, request.Target.Split('?')[0], request.Status, status);
            if (_differences.Count < MaxDifferences || _differences.ContainsKey(kind)) _differences[kind] = _differences.GetValueOrDefault(kind) + 1;
        }
    }

    public void Fail(string reason)
    {
        lock (_gate) _failures[reason] = _failures.GetValueOrDefault(reason) + 1;
    }

    public void Print(TextWriter writer)
    {
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"weir: {Sent} requests sent in {Seconds:0.0} s ({Sent / Math.Max(Seconds, 0.001):0.#}/s), {Answered} answered, {Failed} failed"));
        foreach (var (reason, count) in _failures) writer.WriteLine($"weir: failed: {count} × {reason}");
        if (_skipped.Count > 0) writer.WriteLine($"weir: not sent: {string.Join(", ", _skipped.Select(pair => $"{pair.Key} {pair.Value}"))}");
        if (Answered > 0) writer.WriteLine($"weir: latency ms {Text(_latency)}{(_captured.Count > 0 ? $"; captured {Text(_captured)}" : "")}");
        if (_same + _different > 0) writer.WriteLine($"weir: status as captured {_same}, different {_different}");
        foreach (var (kind, count) in _differences.OrderByDescending(pair => pair.Value).Take(ShownDifferences))
            writer.WriteLine($"weir:   {count} × {kind.Method} {kind.Path}: {kind.Captured} then, {kind.Replayed} now");
        if (Masked > 0) writer.WriteLine($"weir: {Masked} requests carried values that were masked when they were recorded; they were sent as masked");
        if (Late.TotalMilliseconds > 100) writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"weir: up to {Late.TotalSeconds:0.0} s behind the captured pace: more --workers or a slower --speed would keep it"));
    }

    public void WriteJson(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("sent", Sent);
        json.WriteNumber("answered", Answered);
        json.WriteNumber("failed", Failed);
        json.WriteNumber("masked", Masked);
        json.WriteNumber("seconds", Math.Round(Seconds, 3));
        json.WriteNumber("lateMs", Math.Round(Late.TotalMilliseconds, 1));
        Counts(json, "skipped", _skipped);
        Counts(json, "failures", _failures);
        Counts(json, "statuses", _statuses.Select(pair => new KeyValuePair<string, long>(pair.Key.ToString(CultureInfo.InvariantCulture), pair.Value)));
        json.WriteNumber("statusSame", _same);
        json.WriteNumber("statusDifferent", _different);
        Latencies(json, "latencyMs", _latency);
        Latencies(json, "capturedLatencyMs", _captured);
        json.WriteStartArray("differences");
        foreach (var (kind, count) in _differences.OrderByDescending(pair => pair.Value))
        {
            json.WriteStartObject();
            json.WriteString("method", kind.Method);
            json.WriteString("path", kind.Path);
            json.WriteNumber("captured", kind.Captured);
            json.WriteNumber("replayed", kind.Replayed);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static string Text(LatencyHistogram latency) => string.Create(
        CultureInfo.InvariantCulture,
        $"p50 {latency.Percentile(50):0.#}, p90 {latency.Percentile(90):0.#}, p99 {latency.Percentile(99):0.#}, max {latency.MaxMs:0.#}");

    private static void Counts(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, long>> counts)
    {
        json.WriteStartObject(name);
        foreach (var (key, count) in counts) json.WriteNumber(key, count);
        json.WriteEndObject();
    }

    private static void Latencies(Utf8JsonWriter json, string name, LatencyHistogram latency)
    {
        json.WriteStartObject(name);
        foreach (var percent in new[] { 50, 90, 95, 99 }) json.WriteNumber($"p{percent}", Math.Round(latency.Percentile(percent), 3));
        json.WriteNumber("max", Math.Round(latency.MaxMs, 3));
        json.WriteEndObject();
    }
}
