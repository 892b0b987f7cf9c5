using Weir.Linux;
using Xunit;

namespace Weir.Capture.Tests;

public class ErrorTextTests
{
    [Theory]
    [InlineData("socket(AF_PACKET)", Errno.EPERM, "CAP_NET_RAW")]
    [InlineData("setns(CLONE_NEWNET)", Errno.EPERM, "CAP_SYS_ADMIN")]
    [InlineData("setsockopt(PACKET_RX_RING)", Errno.ENOMEM, "smaller ring")]
    [InlineData("setsockopt(SO_ATTACH_FILTER)", Errno.ENOMEM, "net.core.optmem_max")]
    [InlineData("setsockopt(PACKET_IGNORE_OUTGOING)", Errno.ENOPROTOOPT, "Linux 4.20")]
    [InlineData("eventfd", Errno.EMFILE, "ulimit -n")]
    public void A_known_failure_says_what_to_do(string operation, int errno, string hint)
    {
        var error = LinuxException.For(operation, errno);
        Assert.Contains(hint, error.Hint, StringComparison.Ordinal);
        Assert.Contains(error.Hint, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(operation + ": ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_failure_has_no_hint_and_no_loose_end() =>
        Assert.EndsWith("(errno 5)", LinuxException.For("read", 5).Message, StringComparison.Ordinal);

    [Fact]
    public void Libpcaps_missing_permission_has_the_same_hint_as_the_rings() =>
        Assert.Contains("CAP_NET_RAW", PcapCapture.Hint(-8), StringComparison.Ordinal);

    [SkippableFact]
    public void An_unknown_device_is_answered_with_those_that_exist()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs rtnetlink");
        var error = Assert.Throws<CaptureException>(
            () => CaptureSourceSelector.Open(CapturePlane.Ring, new RingOptions { Devices = ["nosuch0"] }));
        Assert.Contains("\"nosuch0\"", error.Message, StringComparison.Ordinal);
        Assert.Contains(" lo", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<CaptureException>(() => new RingCaptureSource(new RingOptions { SnapLength = 10 }));
        Assert.Throws<CaptureException>(() => new RingCaptureSource(new RingOptions { BlockTimeoutMs = 0 }));
        Assert.Throws<CaptureException>(() => new RingCaptureSource(new RingOptions { BufferBytes = 1 }));
    }
}
