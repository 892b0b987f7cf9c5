using Weir.Detection;
using Weir.Detection.Baseline;
using Weir.Detection.Features;
using Weir.Detection.Findings;
using Weir.Detection.Models;
using Weir.Detection.Onnx;
using Weir.Detection.Sequences;
using Weir.Flows;

namespace Weir.Benchmarks.Detection;

/// <summary>
/// What someone who watches would have seen: flows in the order in which they were over, incidents as they open. Says how long after its
/// first packet each attack raised its first alarm, and how many alarms an hour there were for nothing.
/// </summary>
internal static class StreamTable
{
    public static void Print(string data, string modelPath, TextWriter output)
    {
        if (!DetectorModel.TryLoad(File.ReadAllBytes(modelPath), OnnxLimits.Default, out var model, out var error)) throw new InvalidDataException(error);
        var all = new FeatureSet(Enum.GetValues<FlowFeature>());
        var cic = DataSets.Cic(data, all);
        output.WriteLine("### Delay: CICIDS2017 in time order, Monday taken for normal");
        output.WriteLine("Delay counts from the first packet of the label to the end of the first flow that is part of an alarm (medium or above).");
        output.WriteLine();
        output.WriteLine("| label | flows | baseline: first alarm after | with model |");
        output.WriteLine("|---|---|---|---|");
        var baseline = Run(cic, Enumerable.Range(0, cic.Count), TimeSpan.FromHours(12), null);
        var both = Run(cic, Enumerable.Range(0, cic.Count), TimeSpan.FromHours(12), model);
        foreach (var (label, flows, delay) in Delays(cic, baseline))
            output.WriteLine($"| {label} | {flows} | {delay} | {Delays(cic, both).Single(one => one.Label == label).Delay} |");
        output.WriteLine();
        output.WriteLine($"Alarms: baseline {Alarms(baseline)}, with model {Alarms(both)}.");

        var cluster = DataSets.Kubernetes(data, all);
        var quiet = Enumerable.Range(0, cluster.Count).Where(row => cluster.Labels[row] == "0").ToList();
        output.WriteLine();
        output.WriteLine("### False incidents: Kubernetes background, one hour, the first 20 minutes taken for normal");
        output.WriteLine();
        output.WriteLine("| detector | flows judged | flows in alarms | incidents (medium or above) | low | info | incidents an hour |");
        output.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var (name, used) in new[] { ("baseline", null), ("with model", model) })
        {
            var seen = Run(cluster, quiet, TimeSpan.FromMinutes(20), used);
            var hours = 40 / 60.0;
            output.WriteLine($"| {name} | {seen.Flags.Count(flag => flag.Judged)} | {seen.Flags.Count(flag => flag.Alarm)} | {seen.Count(Severity.Medium)} | "
                + $"{seen.Exactly(Severity.Low)} | {seen.Exactly(Severity.Info)} | {seen.Count(Severity.Medium) / hours:0.0} |");
        }
    }

    private static string Alarms(Watcher watcher) =>
        $"{watcher.Count(Severity.Medium)} incidents, of which {watcher.Flags.Where(flag => flag.Alarm).GroupBy(flag => flag.Benign).Where(same => same.Key).Sum(same => same.Count())} benign flows were part";

    private static IEnumerable<(string Label, int Flows, string Delay)> Delays(FlowTable table, Watcher watcher) =>
        from flag in watcher.Flags
        where !flag.Benign
        group flag by table.Labels[flag.Row] into same
        let first = same.Min(flag => table.Starts[flag.Row])
        let alarm = same.Where(flag => flag.Alarm).Select(flag => flag.ToldNs).DefaultIfEmpty(-1).First()
        orderby same.Key
        select (same.Key, same.Count(), alarm < 0 ? "never" : $"{(alarm - first) / 1e9:0.0} s");

    private static Watcher Run(FlowTable table, IEnumerable<int> rows, TimeSpan learning, DetectorModel? model)
    {
        var watcher = new Watcher();
        var detector = new TrafficDetector(
            new DetectorOptions { Model = model, Baseline = BaselineOptions.Default with { Learning = learning } }, watcher);
        var features = new double[FlowFeatures.Count];
        var observations = rows.Select(row => (Row: row, Flow: Observe(table, row, features))).OrderBy(one => one.Flow.NowNs).ThenBy(one => one.Row).ToList();
        foreach (var (row, flow) in observations)
        {
            Observe(table, row, features);
            var alarm = detector.OnFlow(in flow, features);
            watcher.Flags.Add((row, flow.NowNs, FlowTable.IsBenign(table.Labels[row]), !detector.IsLearning, alarm));
        }

        detector.Flush();
        return watcher;
    }

    private static FlowObservation Observe(FlowTable table, int row, double[] features)
    {
        for (var i = 0; i < features.Length; i++) features[i] = table[row][i];
        return FlowObservation.OfWhole(features, table.Tuples[row], table.Starts[row]);
    }

    private sealed class Watcher : IIncidentSink
    {
        private readonly Dictionary<long, Severity> _incidents = [];

        public List<(int Row, long ToldNs, bool Benign, bool Judged, bool Alarm)> Flags { get; } = [];

        public int Count(Severity least) => _incidents.Values.Count(severity => severity >= least);

        public int Exactly(Severity severity) => _incidents.Values.Count(one => one == severity);

        public void OnIncident(Incident incident, IncidentChange change) => _incidents[incident.Number] = incident.Severity;
    }
}
