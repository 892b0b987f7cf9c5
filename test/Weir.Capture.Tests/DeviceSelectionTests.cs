using Weir.Linux;
using Weir.Packets;
using Xunit;

namespace Weir.Capture.Tests;

public class DeviceSelectionTests
{
    private static LinkInfo Link(string name) => new(1, name, true, 1);

    [Theory]
    [InlineData("", "eth0", true)]
    [InlineData("any", "eth0", true)]
    [InlineData("eth0", "eth0", true)]
    [InlineData("eth0", "eth01", false)]
    [InlineData("veth*,lo", "veth12", true)]
    [InlineData("veth*,lo", "eth0", false)]
    public void Names_patterns_and_any_select(string devices, string name, bool wanted) =>
        Assert.Equal(wanted, new DeviceSelection(devices.Split(',')).Wants(Link(name)));

    [Fact]
    public void A_pattern_may_match_nothing_yet_but_a_name_must_exist()
    {
        new DeviceSelection(["veth*"]).RequireKnown([Link("lo")]);
        var error = Assert.Throws<CaptureException>(() => new DeviceSelection(["eth7"]).RequireKnown([Link("lo"), Link("eth0")]));
        Assert.Contains("available: lo, eth0", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, LinkType.Ethernet)]
    [InlineData(772, LinkType.Ethernet)]
    [InlineData(65534, LinkType.Raw)]
    [InlineData(519, LinkType.Raw)]
    [InlineData(803, null)]
    public void Hardware_types_say_what_a_frame_begins_with(int hardwareType, LinkType? linkType) =>
        Assert.Equal(linkType, DeviceSelection.LinkTypeOf((ushort)hardwareType));

    [Theory]
    [InlineData(1, LinkType.Ethernet)]
    [InlineData(12, LinkType.Raw)]
    [InlineData(113, LinkType.LinuxSll)]
    [InlineData(276, LinkType.LinuxSll2)]
    [InlineData(105, null)]
    public void Data_links_of_libpcap_are_known(int dataLink, LinkType? linkType) =>
        Assert.Equal(linkType, LibpcapCaptureSource.LinkTypeOf(dataLink));
}
