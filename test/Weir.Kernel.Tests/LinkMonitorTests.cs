using Weir.Linux;
using Xunit;

namespace Weir.Kernel.Tests;

public class LinkMonitorTests
{
    [SkippableFact]
    public void Links_are_those_of_the_namespace_with_their_state_and_type()
    {
        using var pair = NamespacePair.CreateOrSkip();
        NamespacePair.Ip($"-n {pair.A} link set va down");
        var links = LinkMonitor.ListIn(pair.PathA);
        var lo = links.Single(l => l.Name == "lo");
        var va = links.Single(l => l.Name == "va");
        Assert.Equal((true, (ushort)772), (lo.IsUp, lo.HardwareType));
        Assert.Equal((false, (ushort)1), (va.IsUp, va.HardwareType));
        Assert.DoesNotContain(links, l => l.Name == "vb");
    }

    [SkippableFact]
    public void A_dump_longer_than_one_datagram_is_complete()
    {
        using var pair = NamespacePair.CreateOrSkip();
        for (var i = 0; i < 60; i++) NamespacePair.Ip($"-n {pair.A} link add many{i} type veth peer name peer{i}");
        Assert.Equal(120, LinkMonitor.ListIn(pair.PathA).Count(l => l.Name.StartsWith("many", StringComparison.Ordinal) || l.Name.StartsWith("peer", StringComparison.Ordinal)));
    }

    [SkippableFact]
    public void A_namespace_that_is_gone_is_named_in_the_error()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        var error = Assert.Throws<LinuxException>(() => LinkMonitor.ListIn("/run/netns/weirkt-nobody"));
        Assert.Equal(Errno.ENOENT, error.Errno);
        Assert.Contains("gone", error.Hint, StringComparison.Ordinal);
    }
}
