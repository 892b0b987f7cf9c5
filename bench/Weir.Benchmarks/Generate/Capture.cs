using System.Globalization;
using System.Text.Json;

namespace Weir.Benchmarks.Generate;

/// <summary>A capture to be read by every tool.</summary>
/// <param name="Name">First column of the table.</param>
/// <param name="Path">The pcap file.</param>
/// <param name="Exchanges">How many are in it; null when nobody knows.</param>
/// <param name="Frames">How many frames; null when it was not made here.</param>
public sealed record Capture(string Name, string Path, long? Exchanges, long? Frames)
{
    public double Megabytes => new FileInfo(Path).Length / 1e6;

    /// <summary>
    /// A capture made elsewhere. Where <c>NAME.truth.json</c> lies beside <c>NAME.pcap</c>, its <c>requests</c> is the truth.
    /// </summary>
    public static Capture FromFile(string path)
    {
        var truth = System.IO.Path.ChangeExtension(path, ".truth.json");
        long? exchanges = null;
        if (File.Exists(truth))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(truth));
            exchanges = document.RootElement.GetProperty("requests").GetInt64();
        }

        return new Capture(System.IO.Path.GetFileNameWithoutExtension(path), path, exchanges, null);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name}: {Exchanges?.ToString(CultureInfo.InvariantCulture) ?? "an unknown number of"} exchanges, {Megabytes:0.0} MB");
}
