using System.Globalization;

namespace Weir.Benchmarks.Soak;

/// <summary>Resident memory of a process, once a second, and whether it stays where it is.</summary>
internal sealed class MemorySamples(int process)
{
    /// <summary>Growth of the medians that still counts as flat: a tenth, and what a collection more or less makes.</summary>
    private const double FlatRatio = 1.1;

    private const long FlatBytes = 16 << 20;

    private readonly List<long> _samples = [];

    /// <summary>False when the process has ended.</summary>
    public bool Take()
    {
        try
        {
            // statm counts pages (proc_pid_statm(5)); the second number is what is resident.
            var pages = long.Parse(File.ReadAllText($"/proc/{process}/statm").Split(' ')[1], CultureInfo.InvariantCulture);
            if (pages == 0) return false;
            _samples.Add(pages * Environment.SystemPageSize);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Seconds that pools and tables take to fill, and be seen not to grow any further.</summary>
    private const int SettlingSeconds = 120;

    /// <summary>The run is long enough to say anything of <see cref="IsFlat"/>.</summary>
    public bool IsLongEnough => _samples.Count >= SettlingSeconds;

    /// <summary>The last quarter of the run stands no higher than the second: what is built up at the start is not counted.</summary>
    public bool IsFlat
    {
        get
        {
            var quarter = _samples.Count / 4;
            if (quarter == 0) return false;
            var before = Median(_samples.Skip(quarter).Take(quarter));
            var after = Median(_samples.TakeLast(quarter));
            return after <= (before * FlatRatio) + FlatBytes;
        }
    }

    public long Peak => _samples.DefaultIfEmpty().Max();

    /// <summary>Minimum, median and maximum of each minute in MiB.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine("minute   min MiB   median MiB   max MiB");
        foreach (var (minute, samples) in _samples.Chunk(60).Index())
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{minute + 1,6}   {samples.Min() >> 20,7}   {Median(samples) >> 20,10}   {samples.Max() >> 20,7}"));
    }

    private static long Median(IEnumerable<long> samples)
    {
        var sorted = samples.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
