using System.IO.Compression;
using Weir.Detection.Features;
using Weir.Detection.Sequences;
using Weir.Flows;

namespace Weir.Benchmarks.Detection;

/// <summary>The published flow tables that figures are about; see docs/detection.md for what each is.</summary>
internal static class DataSets
{
    private static readonly string[] s_cic = ["flows/cicids2017-improved/cicids2017_improved_sample.csv.gz"];

    private static readonly string[] s_kubernetes =
    [
        "flows/kubernetes-sever2023/background_traffic_20230319T1802.pcap_Flow.csv.gz", "flows/kubernetes-sever2023/malicious.csv.gz",
    ];

    public static FlowTable Cic(string root, FeatureSet features) => Load(root, s_cic, features);

    public static FlowTable Kubernetes(string root, FeatureSet features) => Load(root, s_kubernetes, features);

    private static FlowTable Load(string root, string[] files, FeatureSet features)
    {
        var table = new FlowTable(features);
        foreach (var file in files)
        {
            using var stream = new GZipStream(File.OpenRead(Path.Combine(root, file)), CompressionMode.Decompress);
            if (!FlowCsvReader.TryOpen(stream, out var reader, out var error)) throw new InvalidDataException($"{file}: {error}");
            using (reader) table.AddAll(reader);
            if (reader.MalformedRows > 0) Console.Error.WriteLine($"{file}: {reader.MalformedRows} rows could not be read");
        }

        return table;
    }
}
