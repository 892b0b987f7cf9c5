using Weir.Linux;
using Weir.Packets;
using Xunit;

namespace Weir.Capture.Tests;

public class CaptureFilterTests
{
    [Fact]
    public void No_condition_needs_no_expression() => Assert.Null(CaptureFilter.None.ToExpression(LinkType.Ethernet));

    [Fact]
    public void Ports_and_ranges_become_tcp_port_and_portrange()
    {
        var expression = CaptureFilter.ForPorts(PortRange.ParseList("80, 8000-8010")).ToExpression(LinkType.Raw);
        Assert.StartsWith("(tcp port 80 or tcp portrange 8000-8010 or ", expression, StringComparison.Ordinal);
    }

    [Fact]
    public void Tagged_frames_are_asked_for_on_Ethernet_only()
    {
        var filter = CaptureFilter.ForPorts(80);
        Assert.Contains("or (vlan and ", filter.ToExpression(LinkType.Ethernet), StringComparison.Ordinal);
        Assert.DoesNotContain("vlan", filter.ToExpression(LinkType.Raw), StringComparison.Ordinal);
    }

    [Fact]
    public void The_users_expression_is_kept_whole_in_parentheses()
    {
        var filter = CaptureFilter.FromExpression(" host 10.0.0.1 or udp ").Excluding(7373);
        Assert.Equal("not (tcp port 7373) and (host 10.0.0.1 or udp)", filter.ToExpression(LinkType.Ethernet));
    }

    [Theory]
    [InlineData("8000-8002,8003,80,8001-8002", "80,8000-8003")]
    [InlineData("1-65535", "1-65535")]
    [InlineData("", "")]
    public void Ranges_are_sorted_and_joined(string given, string merged) =>
        Assert.Equal(merged, string.Join(',', PortRange.Merge(PortRange.ParseList(given))));

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("http")]
    [InlineData("90-80")]
    [InlineData("-80")]
    [InlineData("80-")]
    [InlineData("+80")]
    public void What_is_not_a_port_is_named_in_the_error(string item)
    {
        var error = Assert.Throws<CaptureException>(() => PortRange.ParseList($"443,{item}"));
        Assert.Contains($"\"{item}\"", error.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(LinkType.Ethernet, 1)]
    [InlineData(LinkType.Raw, 12)]
    public void Libpcap_compiles_every_kind_of_filter(LinkType linkType, int dataLink)
    {
        Skip.IfNot(PcapLibrary.IsAvailable, "libpcap is not installed");
        CaptureFilter[] filters =
        [
            CaptureFilter.ForPorts(80),
            CaptureFilter.ForPorts(80, 443, 8080) with { Tunnels = TunnelOptions.Default },
            CaptureFilter.None.Excluding(7373),
            CaptureFilter.ForPorts(PortRange.ParseList("80,8000-9000")).Excluding(7373) with { Expression = "host 10.0.0.1" },
        ];
        foreach (var filter in filters)
            Assert.InRange(PcapLibrary.Compile(filter.ToExpression(linkType)!, dataLink, 1500).Length, 2, 500);
    }

    [SkippableFact]
    public void A_wrong_expression_is_reported_in_libpcaps_words()
    {
        Skip.IfNot(PcapLibrary.IsAvailable, "libpcap is not installed");
        var error = Assert.Throws<LibpcapException>(() => PcapLibrary.Compile("tcp prot 80", 1, 1500));
        Assert.Contains("tcp prot 80", error.Message, StringComparison.Ordinal);
        Assert.Contains("syntax error", error.Message, StringComparison.Ordinal);
        Assert.Contains("pcap-filter(7)", error.Hint, StringComparison.Ordinal);
    }
}
