using Weir.Capture;
using Weir.Cli.GoReplay;

namespace Weir.Cli;

/// <summary>Opens what <c>-r</c> names: pcap, pcapng or .gor, gzipped or not; what it is shows in its first bytes.</summary>
internal static class CaptureFiles
{
    /// <summary>As <see cref="Open"/>, for several workers: one source, or one for each.</summary>
    public static IReadOnlyList<ICaptureSource> OpenForWorkers(string path, int workers, CancellationToken cancellation)
    {
        ICaptureSource? gor = path == "-" ? null : GorCaptureSource.TryOpen(path);
        return gor is null ? FileCaptureSource.OpenForWorkers(path, workers, cancellation) : [gor];
    }

    /// <exception cref="CaptureException">It is not there, cannot be read, or is none of these.</exception>
    public static ICaptureSource Open(string path, CancellationToken cancellation)
    {
        ICaptureSource? gor = path == "-" ? null : GorCaptureSource.TryOpen(path);
        return gor ?? FileCaptureSource.Open(path, cancellation);
    }
}
