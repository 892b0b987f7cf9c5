using System.Runtime.InteropServices;
using Weir.Detection;
using Weir.Detection.Baseline;
using Weir.Flows;

namespace Weir.Cli.Detection;

/// <summary>Brings flow tables to the detector in the order in which the flows were over, as a meter would have told them.</summary>
internal static class FlowTableRun
{
    /// <returns>Rows that could not be read.</returns>
    public static long Run(IEnumerable<string> files, TrafficDetector detector, CancellationToken cancellation)
    {
        // Tables are not sorted by end; 350 bytes a row are held until all are read.
        var (values, rows, malformed) = (new List<float>(), new List<(FlowTuple Tuple, long StartNs, long EndNs)>(), 0L);
        foreach (var file in files)
        {
            using var reader = FlowFiles.Open(file);
            while (reader.TryRead() && !cancellation.IsCancellationRequested)
            {
                foreach (var value in reader.Features) values.Add((float)value);
                var start = reader.StartNs ?? 0;
                rows.Add((reader.Tuple, start, FlowObservation.OfWhole(reader.Features, reader.Tuple, start).NowNs));
            }

            malformed += reader.MalformedRows;
        }

        var order = Enumerable.Range(0, rows.Count).ToArray();
        Array.Sort(order, (a, b) => rows[a].EndNs != rows[b].EndNs ? rows[a].EndNs.CompareTo(rows[b].EndNs) : a.CompareTo(b));
        var features = new double[FlowFeatures.Count];
        foreach (var row in order)
        {
            if (cancellation.IsCancellationRequested) break;
            var flow = CollectionsMarshal.AsSpan(values).Slice(row * features.Length, features.Length);
            for (var i = 0; i < features.Length; i++) features[i] = flow[i];
            var observation = FlowObservation.OfWhole(features, rows[row].Tuple, rows[row].StartNs);
            detector.OnFlow(in observation, features);
        }

        detector.Flush();
        return malformed;
    }
}
