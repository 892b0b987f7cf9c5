using System.Diagnostics;
using System.Globalization;
using Weir.Testing;
using Xunit;

namespace Weir.Packets.Tests;

/// <summary>Real captures, read by Wireshark's tools as well.</summary>
public class SharedCaptureTests
{
    [SkippableFact]
    public void Every_capture_has_the_packets_that_capinfos_counts()
    {
        var folder = SharedData.Require("pcap");
        var files = SharedData.List("pcap", ".pcap", ".pcapng", ".cap");
        Skip.If(files.Count == 0, "shared test data has no captures");
        var report = RunTool("capinfos", folder, ["-T", "-B", "-r", "-c", .. files.Select(file => Path.Combine(SharedData.Root!, file))]);
        var expected = report.Select(line => line.Split('\t')).ToDictionary(
            cells => Path.GetRelativePath(SharedData.Root!, cells[0]), cells => long.Parse(cells[1], CultureInfo.InvariantCulture));
        // What Wireshark does not open at all, it does not list.
        Assert.InRange(expected.Count, files.Count * 9 / 10, files.Count);
        var different = new List<string>();
        foreach (var (file, count) in expected)
        {
            using var reader = CaptureFileReader.Open(File.OpenRead(Path.Combine(SharedData.Root!, file)));
            var decoder = new PacketDecoder();
            while (reader.TryRead(out var frame)) decoder.Decode(in frame, out _);
            if (reader.FrameCount != count) different.Add($"{file}: {reader.FrameCount}, capinfos {count}, {reader.Problem}");
        }

        Assert.Empty(different);
    }

    [SkippableTheory]
    [InlineData("pcap/zeek/traces/http/get.pcap")]
    [InlineData("pcap/zeek/traces/pppoe.pcap")]
    [InlineData("pcap/zeek/traces/pppoe-over-qinq.pcap")]
    [InlineData("pcap/zeek/traces/mpls-in-vlan.pcap")]
    [InlineData("pcap/zeek/traces/mixed-vlan-mpls.pcap")]
    [InlineData("pcap/zeek/traces/vntag_vlan_sandwich_clean.pcap")]
    [InlineData("pcap/zeek/traces/snap-tcp.pcap")]
    [InlineData("pcap/zeek/traces/pbb.pcap")]
    [InlineData("pcap/ndpi/pcap/dns_fragmented.pcap")]
    [InlineData("pcap/ipfixprobe/inputs/vlan.pcap")]
    public void Packets_decode_as_tshark_decodes_them(string capture)
    {
        var path = SharedData.Require(capture);
        // First occurrences only: what an ICMP error quotes comes later in the same frame.
        string[] arguments =
        [
            "-r", path, "-T", "fields", "-E", "separator=|", "-E", "occurrence=f", "-e", "tcp.srcport", "-e", "tcp.dstport",
            "-e", "tcp.seq_raw", "-e", "tcp.len", "-e", "udp.srcport", "-e", "udp.dstport", "-e", "udp.length", "-e", "icmp.type",
        ];
        var expected = RunTool("tshark", Path.GetDirectoryName(path)!, arguments).ToList();
        var decoder = new PacketDecoder();
        var frames = TestFrames.ReadCapture(path);
        Assert.Equal(frames.Count, expected.Count);
        var compared = 0;
        for (var index = 0; index < frames.Count; index++)
        {
            var cells = expected[index].Split('|');
            if (cells[7].Length > 0) cells = ["", "", "", "", "", "", "", ""];
            var outcome = decoder.Decode(frames[index].Frame, out var packet);
            var isTcp = outcome == DecodeOutcome.Decoded && packet.Protocol == IpProtocol.Tcp;
            var isUdp = outcome == DecodeOutcome.Decoded && packet.Protocol == IpProtocol.Udp;
            Assert.Equal(string.Join('|', cells[..4]), isTcp
                ? $"{packet.SourcePort}|{packet.DestinationPort}|{packet.Sequence}|{packet.PayloadWireLength}" : "|||");
            Assert.Equal(string.Join('|', cells[4..7]), isUdp
                ? $"{packet.SourcePort}|{packet.DestinationPort}|{packet.PayloadWireLength + 8}" : "||");
            if (isTcp || isUdp) compared++;
        }

        Assert.True(compared > 0);
    }

    /// <summary>The last occurrence of each field is that of the innermost packet.</summary>
    [SkippableTheory]
    [InlineData("pcap/zeek/traces/tunnels/vxlan.pcap")]
    [InlineData("pcap/zeek/traces/tunnels/vxlan-encapsulated-http.pcap")]
    [InlineData("pcap/zeek/traces/tunnels/geneve.pcap")]
    [InlineData("pcap/zeek/traces/tunnels/geneve-ipv6.pcap")]
    [InlineData("pcap/zeek/traces/tunnels/gre-sample.pcap")]
    [InlineData("pcap/zeek/traces/tunnels/gre-within-gre.pcap")]
    [InlineData("pcap/zeek/traces/tunnels/gre-pptp.pcap")]
    [InlineData("pcap/zeek/traces/tunnels/gre-over-udp-4754.pcap")]
    [InlineData("pcap/zeek/traces/tunnels/ayiya3.pcap")]
    [InlineData("pcap/zeek/traces/tunnels/gtp/gtp6_gtp_0x32.pcap")]
    [InlineData("pcap/zeek/traces/tunnels/gtp/gtp7_ipv6.pcap")]
    [InlineData("pcap/zeek/traces/erspanI.pcap")]
    [InlineData("pcap/zeek/traces/erspanII.pcap")]
    [InlineData("pcap/zeek/traces/erspanIII.pcap")]
    [InlineData("pcap/ndpi/pcap/vxlan.pcap")]
    [InlineData("pcap/ndpi/pcap/gre.pcapng")]
    [InlineData("pcap/ndpi/pcap/http_origin_different_than_host.pcap")]
    public void Packets_in_tunnels_decode_as_tshark_decodes_them(string capture)
    {
        var path = SharedData.Require(capture);
        string[] arguments =
        [
            "-r", path, "-T", "fields", "-E", "separator=|", "-E", "occurrence=l", "-e", "ip.src", "-e", "ipv6.src",
            "-e", "tcp.srcport", "-e", "tcp.dstport", "-e", "tcp.seq_raw", "-e", "udp.dstport", "-e", "icmp.type", "-e", "icmpv6.type",
            "-e", "frame.protocols",
        ];
        var expected = RunTool("tshark", Path.GetDirectoryName(path)!, arguments).ToList();
        var decoder = new PacketDecoder();
        var frames = TestFrames.ReadCapture(path);
        Assert.Equal(frames.Count, expected.Count);
        var compared = 0;
        for (var index = 0; index < frames.Count; index++)
        {
            var cells = expected[index].Split('|');
            var outcome = decoder.Decode(frames[index].Frame, out var packet);
            if (packet.Tunnel.Kind == TunnelKind.None) continue;
            compared++;
            Assert.Equal(cells[8].EndsWith(":arp", StringComparison.Ordinal), outcome == DecodeOutcome.NotIp);
            // What an ICMP error quotes comes last.
            if (cells[6].Length > 0) Assert.Equal(IpProtocol.Icmp, packet.Protocol);
            if (cells[6].Length > 0 || outcome == DecodeOutcome.NotIp) continue;
            var inner = cells[8].LastIndexOf(":ipv6", StringComparison.Ordinal) > cells[8].LastIndexOf(":ip:", StringComparison.Ordinal) ? 1 : 0;
            Assert.Equal(cells[inner], $"{packet.Source}");
            if (outcome != DecodeOutcome.Decoded) Assert.True(cells[7].Length > 0 || cells[2].Length == 0, expected[index]);
            else if (packet.Protocol == IpProtocol.Tcp)
                Assert.Equal(string.Join('|', cells[2..5]), $"{packet.SourcePort}|{packet.DestinationPort}|{packet.Sequence}");
            else Assert.Equal(cells[5], $"{packet.DestinationPort}");
        }

        Assert.True(compared > 0);
    }

    [SkippableFact]
    public void What_the_writers_write_is_read_by_tshark()
    {
        var conversation = new TcpConversation().Handshake().FromClient("GET / HTTP/1.1\r\nHost: a\r\n\r\n").Close();
        var folder = Directory.CreateTempSubdirectory("weir-packets-");
        try
        {
            var pcap = Path.Combine(folder.FullName, "a.pcap");
            conversation.Frames.WritePcap(pcap);
            var pcapNg = Path.Combine(folder.FullName, "a.pcapng");
            using (var writer = new PcapNgWriter(File.Create(pcapNg), _ => "veth0"))
            {
                foreach (var frame in conversation.Frames) writer.Write(frame.Frame);
            }

            foreach (var file in new[] { pcap, pcapNg })
            {
                string[] arguments =
                [
                    "-r", file, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-T", "fields",
                    "-e", "frame.time_epoch", "-e", "ip.checksum.status", "-e", "tcp.checksum.status", "-e", "http.host",
                ];
                var lines = RunTool("tshark", folder.FullName, arguments).ToList();
                Assert.Equal(conversation.Frames.Count, lines.Count);
                Assert.All(lines, line => Assert.Contains("\t1\t1\t", line, StringComparison.Ordinal));
                Assert.StartsWith("1700000000.000300000", lines[3], StringComparison.Ordinal);
                Assert.EndsWith("\ta", lines[3], StringComparison.Ordinal);
            }
        }
        finally
        {
            folder.Delete(true);
        }
    }

    private static List<string> RunTool(string tool, string folder, IEnumerable<string> arguments)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(p => Path.Combine(p, tool)).FirstOrDefault(File.Exists);
        Skip.If(path is null, $"{tool} is not installed");
        var start = new ProcessStartInfo(path!, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var lines = new List<string>();
        while (process.StandardOutput.ReadLine() is { } line) lines.Add(line);
        process.WaitForExit();
        return lines;
    }
}
