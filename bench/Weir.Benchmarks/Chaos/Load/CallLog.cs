using System.Globalization;

namespace Weir.Benchmarks.Chaos.Load;

/// <summary>A call that was made and answered, Unix milliseconds.</summary>
internal readonly record struct MadeCall(long Id, long StartMs, long EndMs);

/// <summary>The file in which a load tells its calls: number, length, beginning and end, a line for each.</summary>
internal sealed class CallLog(string file, long first) : IAsyncDisposable
{
    private readonly StreamWriter _file = new(file, append: true);
    private readonly Lock _gate = new();
    private long _next = first;

    public long Calls { get; private set; }

    public static IEnumerable<MadeCall> Read(string file) => File.ReadLines(file).Select(static line =>
    {
        var parts = line.Split(' ');
        return new MadeCall(Number(parts[0]), Number(parts[2]), Number(parts[3]));
    });

    public long Next() => Interlocked.Increment(ref _next);

    public void Write(long id, int length, long startMs, long endMs)
    {
        lock (_gate)
        {
            Calls++;
            _file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{id} {length} {startMs} {endMs}"));
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
