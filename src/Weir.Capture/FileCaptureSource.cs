using Weir.Packets;

namespace Weir.Capture;

/// <summary>Reads a pcap or pcapng capture, gzipped or not, from a file or from standard input, at full speed.</summary>
public sealed class FileCaptureSource : ICaptureSource
{
    /// <summary>How many frames go by between two looks at the cancellation token.</summary>
    private const int FramesPerCancellationCheck = 256;

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

    public void Run(IFrameSink sink, CancellationToken cancellation)
    {
        if (_standardInput is not null) _standardInput.Cancellation = cancellation;
        while (_reader.TryRead(out var frame))
        {
            Volatile.Write(ref _frames, _frames + 1);
            Volatile.Write(ref _bytes, _bytes + frame.Data.Length);
            if (frame.OriginalLength > frame.Data.Length) _truncated++;
            sink.OnFrame(in frame);
            if (_frames % FramesPerCancellationCheck == 0 && cancellation.IsCancellationRequested) return;
        }

        // A pipe that was not read to its end breaks off anywhere: that is no problem of the capture.
        if (cancellation.IsCancellationRequested) return;
        if (_reader.Problem is { } problem) _warnings.Add($"{_name}: {problem}");
    }

    public IReadOnlyList<InterfaceStatistics> ReadStatistics() =>
        [new InterfaceStatistics(_name, Volatile.Read(ref _frames), Volatile.Read(ref _bytes), 0, _truncated)];

    public void Dispose() => _reader.Dispose();
}
