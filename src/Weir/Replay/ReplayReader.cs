using System.Text;
using Weir.Export;
using Weir.Probe;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Cli.Replay;

/// <summary>Reads exchanges from whatever holds some: pcap, pcapng, .gor, JSON lines of Weir, HAR; what it is shows in its content.</summary>
internal sealed class ReplayReader(string path)
{
    /// <summary>Bodies up to this many bytes can be sent again.</summary>
    private const int BodyLimitBytes = 64 << 20;

    private const int MaxWarnings = 3;

    /// <summary>Hands over every exchange, valid only during the call.</summary>
    /// <exception cref="Capture.CaptureException">The file is not there or is none of these.</exception>
    public void Run(Action<Exchange> take, CancellationToken cancellation)
    {
        switch (FirstCharacters())
        {
            case ['{', ..] text when HarReader.LooksLike(text): HarReader.Read(path, take, cancellation); break;
            case ['{', ..]: ReadLines(take, cancellation); break;
            default: ReadCapture(take, cancellation); break;
        }
    }

    private string FirstCharacters()
    {
        if (path == "-" || !File.Exists(path)) return "";
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (!file.CanSeek) return "";
        var start = new byte[256];
        return Encoding.UTF8.GetString(start, 0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)).TrimStart('\uFEFF').TrimStart();
    }

    private void ReadCapture(Action<Exchange> take, CancellationToken cancellation)
    {
        using var source = CaptureFiles.Open(path, cancellation);
        using var output = new Taking(take);
        using var run = new ProbeRun([source], new ProbeOptions { BodyLimitBytes = BodyLimitBytes, Source = CaptureSourceKind.File }, [output]);
        run.Run(cancellation);
        foreach (var warning in source.Warnings) Console.Error.WriteLine($"weir: {warning}");
    }

    private void ReadLines(Action<Exchange> take, CancellationToken cancellation)
    {
        var exchange = new Exchange();
        var (number, wrong) = (0L, 0L);
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (cancellation.IsCancellationRequested) return;
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (ExchangeJsonReader.TryRead(Encoding.UTF8.GetBytes(line), exchange, out var error)) take(exchange);
            else if (++wrong <= MaxWarnings) Console.Error.WriteLine($"weir: {path}, line {number}: {error}");
        }

        if (wrong > MaxWarnings) Console.Error.WriteLine($"weir: {path}: {wrong} lines are no records");
    }

    /// <summary>The end of a pipeline that hands everything on.</summary>
    private sealed class Taking(Action<Exchange> take) : IExchangeOutput, IExchangeLane
    {
        public bool IsOpen => true;

        public long Lost => 0;

        public IExchangeLane OpenLane() => this;

        public void Write(Exchange exchange)
        {
            if (!exchange.InProgress) take(exchange);
        }

        public void Flush()
        {
            // Nothing is held.
        }

        public void Dispose()
        {
            // Nothing is owned.
        }
    }
}
