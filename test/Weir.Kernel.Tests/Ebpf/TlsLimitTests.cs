using System.Diagnostics;
using Weir.Capture;
using Weir.Capture.Ebpf.Tls;
using Xunit;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>What finding TLS libraries does when a table of it is full: it says how much it left out, or comes again.</summary>
public class TlsLimitTests
{
    [SkippableFact]
    public void Files_beyond_the_limit_are_counted_and_left_alone()
    {
        using var source = Open(new TlsLimits { MaxFiles = 1 });
        Assert.True(source.Tls!.WaitUntilAttached(TimeSpan.FromSeconds(60)));
        Assert.True(Skipped(source) > 0);
        Assert.InRange(source.Tls.Files.Count, 0, 1);
    }

    [SkippableFact]
    public void A_process_beyond_the_limit_is_counted_and_not_watched()
    {
        RequireNode();
        using var source = Open(new TlsLimits { MaxMemoryProcesses = 0 });
        using var server = TlsPeers.Server("node");
        WaitUntil(() => Skipped(source) > 0);
    }

    [SkippableFact]
    public void A_process_that_found_no_place_is_found_by_the_next_full_scan()
    {
        RequireNode();
        using var source = Open(new TlsLimits { MaxWaiting = 0, FullScanMs = 200 });
        Assert.True(source.Tls!.WaitUntilAttached(TimeSpan.FromSeconds(60)));
        using var server = TlsPeers.Server("node");
        WaitUntil(() => source.Tls.Files.Any(file => file.Path.EndsWith("/node", StringComparison.Ordinal) && file.Probes > 0));
    }

    private static void RequireNode() => Skip.IfNot(File.Exists("/usr/bin/node"), "node is not installed");

    private static EbpfCaptureSource Open(TlsLimits limits)
    {
        EbpfCapture.RequireOrSkip();
        return new EbpfCaptureSource(new EbpfOptions { RingBytes = 256 << 10, TlsLimits = limits });
    }

    private static long Skipped(EbpfCaptureSource source) => source.ReadLosses().Single(loss => loss.Reason == "tls_files_skipped").Count;

    private static void WaitUntil(Func<bool> condition)
    {
        var patience = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "it did not happen in a minute");
            Thread.Sleep(50);
        }
    }
}
