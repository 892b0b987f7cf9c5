using System.Buffers.Binary;
using Weir.Linux;
using Weir.Packets;
using Xunit;

namespace Weir.Capture.Tests;

/// <summary>Runs compiled filters over hand-made frames with a small interpreter of classic BPF.</summary>
public class FilterProgramTests
{
    private const int Snap = 1500;

    private static readonly FilterProgram? Port80 = PcapLibrary.IsAvailable
        ? PcapLibrary.Compile(CaptureFilter.ForPorts(80).Excluding(7373).ToExpression(LinkType.Ethernet)!, 1, Snap)
        : null;

    private static byte[] Frame(
        ushort source, ushort destination, bool v6 = false, bool tagged = false, byte protocol = 6, ushort fragment = 0)
    {
        var link = tagged ? 18 : 14;
        var ip = v6 ? 40 : 20;
        var frame = new byte[link + ip + 20];
        if (tagged) BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), 0x8100);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(link - 2), v6 ? (ushort)0x86DD : (ushort)0x0800);
        var header = frame.AsSpan(link);
        if (v6)
        {
            (header[0], header[6]) = (0x60, protocol);
        }
        else
        {
            (header[0], header[9]) = (0x45, protocol);
            BinaryPrimitives.WriteUInt16BigEndian(header[6..], fragment);
        }

        BinaryPrimitives.WriteUInt16BigEndian(header[ip..], source);
        BinaryPrimitives.WriteUInt16BigEndian(header[(ip + 2)..], destination);
        return frame;
    }

    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Both_directions_pass_over_v4_and_v6_tagged_or_not(bool v6, bool tagged)
    {
        Skip.If(Port80 is null, "libpcap is not installed");
        Assert.Equal(Snap, Run(Frame(40000, 80, v6, tagged)));
        Assert.Equal(Snap, Run(Frame(80, 40000, v6, tagged)));
        Assert.Equal(0, Run(Frame(40000, 81, v6, tagged)));
        Assert.Equal(0, Run(Frame(40000, 80, v6, tagged, protocol: 17)));
        Assert.Equal(0, Run(Frame(7373, 80, v6, tagged)));
    }

    [SkippableFact]
    public void Later_fragments_of_TCP_pass_without_ports()
    {
        Skip.If(Port80 is null, "libpcap is not installed");
        Assert.Equal(Snap, Run(Frame(1, 2, fragment: 185)));
        Assert.Equal(0, Run(Frame(1, 2, fragment: 185, protocol: 17)));
        Assert.Equal(Snap, Run(Frame(1, 2, v6: true, protocol: 44)));
    }

    [SkippableTheory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Tunnels_pass_a_port_filter_when_they_are_asked_for(bool v6, bool tagged)
    {
        Skip.If(Port80 is null, "libpcap is not installed");
        var filter = CaptureFilter.ForPorts(80) with { Tunnels = new TunnelOptions { VxlanPorts = [5555] } };
        var program = PcapLibrary.Compile(filter.ToExpression(LinkType.Ethernet)!, 1, Snap).Instructions;
        foreach (ushort port in new[] { 5555, 6081, 2152, 3544, 5072, 4754 })
            Assert.Equal(Snap, ClassicBpf.Run(program, Frame(40000, port, v6, tagged, protocol: 17)));
        foreach (byte protocol in new[] { 4, 41, 47 })
        {
            Assert.Equal(Snap, ClassicBpf.Run(program, Frame(0, 0, v6, tagged, protocol)));
            Assert.Equal(0, Run(Frame(0, 0, v6, tagged, protocol)));
        }

        Assert.Equal(Snap, ClassicBpf.Run(program, Frame(40000, 80, v6, tagged)));
        Assert.Equal(0, ClassicBpf.Run(program, Frame(40000, 4789, v6, tagged, protocol: 17)));
        Assert.Equal(0, ClassicBpf.Run(program, Frame(40000, 5555, v6, tagged)));
        if (!v6) Assert.Equal(Snap, ClassicBpf.Run(program, Frame(1, 2, v6, tagged, protocol: 17, fragment: 185)));
    }

    [SkippableTheory]
    [InlineData("53", 53, true)]
    [InlineData("1-60", 53, true)]
    [InlineData("80,5353", 5353, true)]
    [InlineData("80,5353", 53, false)]
    [InlineData("8080", 8080, false)]
    public void UDP_passes_for_the_ports_of_DNS_that_are_asked_for(string ports, ushort port, bool passes)
    {
        Skip.If(Port80 is null, "libpcap is not installed");
        var filter = CaptureFilter.ForPorts(PortRange.ParseList(ports)).ToExpression(LinkType.Ethernet)!;
        var program = PcapLibrary.Compile(filter, 1, Snap);
        Assert.Equal(passes ? Snap : 0, ClassicBpf.Run(program.Instructions, Frame(40000, port, protocol: 17)));
        Assert.Equal(passes ? Snap : 0, ClassicBpf.Run(program.Instructions, Frame(port, 40000, v6: true, protocol: 17)));
    }

    [Fact]
    public void A_snap_program_keeps_its_bytes_of_everything() =>
        Assert.Equal(96, ClassicBpf.Run(FilterProgram.Snap(96).Instructions, new byte[10]));

    private static int Run(byte[] frame) => ClassicBpf.Run(Port80!.Instructions, frame);
}
