using Weir.Packets;

namespace Weir.Capture;

/// <summary>Reads a pcap or pcapng capture, gzipped or not, from a file or from standard input, at full speed.</summary>
public sealed class FileCaptureSource : ICaptureSource
{
    /// <summary>How many frames go by between two looks at the cancellation token.</summary>
    private const int FramesPerCancellationCheck = 256;

    /// <summary>Milliseconds after which what was found so far is delivered, though there is more to read.</summary>
    private const int IdleIntervalMs = 100;

    private readonly string _name;
    private readonly CaptureFileReader _reader;
    private readonly StandardInput? _standardInput;
    private readonly List<string> _warnings = [];
    private long _frames;
    private long _bytes;
    private long _truncated;

    private FileCaptureSource(string name, CaptureFileReader reader, StandardInput? standardInput)
    {
        _name = name;
        _reader = reader;
        _standardInput = standardInput;
    }

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>
    /// True after the bytes contradicted the format: what came behind that place is unknown. Not so for a file that ends within a
    /// packet: all there was has been read.
    /// </summary>
    public bool IsDamaged => _reader.State == CaptureFileState.Damaged;

    /// <param name="path">A file, or <c>-</c> for standard input.</param>
    /// <param name="cancellation">Ends waiting for the first bytes of standard input.</param>
    /// <exception cref="CaptureException">The file is not there, can't be read or is no capture.</exception>
    public static FileCaptureSource Open(string path, CancellationToken cancellation = default)
    {
        Stream? stream = null;
        try
        {
            stream = path == "-"
                ? new StandardInput(Console.OpenStandardInput(), cancellation)
                : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.SequentialScan);
            return new FileCaptureSource(path == "-" ? "stdin" : path, CaptureFileReader.Open(stream), stream as StandardInput);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CaptureFileException)
        {
            stream?.Dispose();
            throw new CaptureException($"Cannot read the capture '{path}': {e.Message}", e);
        }
    }

    /// <summary>
    /// One source for each worker, to read the file side by side; a single one where it can be read only once (a pipe), or where
    /// reading it costs more than that (gzip).
    /// </summary>
    /// <exception cref="CaptureException">As of <see cref="Open"/>.</exception>
    public static IReadOnlyList<FileCaptureSource> OpenForWorkers(string path, int workers, CancellationToken cancellation = default)
    {
        var sources = new List<FileCaptureSource> { Open(path, cancellation) };
        if (!sources[0]._reader.IsPlainFile) return sources;
        while (sources.Count < workers) sources.Add(Open(path, cancellation));
        return sources;
    }

    public void Run(IFrameSink sink, CancellationToken cancellation)
    {
        if (_standardInput is not null)
        {
            _standardInput.Cancellation = cancellation;
            // Time stands still at the last packet: only what is held is delivered.
            _standardInput.Waiting = () => sink.OnIdle(0);
        }

        var lastIdle = Environment.TickCount64;
        while (_reader.TryRead(out var frame))
        {
            Volatile.Write(ref _frames, _frames + 1);
            Volatile.Write(ref _bytes, _bytes + frame.Data.Length);
            if (frame.OriginalLength > frame.Data.Length) _truncated++;
            sink.OnFrame(in frame);
            if (_frames % FramesPerCancellationCheck != 0) continue;
            if (cancellation.IsCancellationRequested) return;
            if (Environment.TickCount64 - lastIdle < IdleIntervalMs) continue;
            sink.OnIdle(0);
            lastIdle = Environment.TickCount64;
        }

        // A pipe that was not read to its end breaks off anywhere: that is no problem of the capture.
        if (cancellation.IsCancellationRequested) return;
        if (_reader.Problem is { } problem) _warnings.Add($"{_name}: {problem}");
    }

    public IReadOnlyList<InterfaceStatistics> ReadStatistics() =>
        [new InterfaceStatistics(_name, Volatile.Read(ref _frames), Volatile.Read(ref _bytes), 0, _truncated)];

    public void Dispose() => _reader.Dispose();
}
