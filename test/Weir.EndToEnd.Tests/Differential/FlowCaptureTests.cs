using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Differential;

/// <summary>
/// Flow records next to tshark's and Zeek's reading of the same captures. Where they differ and Weir is right:
/// <list type="bullet">
/// <item>packets more than two seconds after the end of a connection (FINs sent again for minutes) belong to none;</item>
/// <item>a connection is over after five minutes of silence, and its RST after that opens none;</item>
/// <item>tshark takes bytes that were seen before for reordering when they come again within 3 ms; Weir never does.</item>
/// </list>
/// </summary>
public class FlowCaptureTests
{
    public static TheoryData<string> Captures =>
    [
        "pcap/ndpi/pcap/ftp.pcap",
        "pcap/ndpi/pcap/http_auth.pcap",
        "pcap/ndpi/pcap/kafka.pcapng",
        "pcap/ndpi/pcap/kerberos-login.pcap",
        "pcap/ndpi/pcap/long_tls_certificate.pcap",
        "pcap/ndpi/pcap/quickplay.pcap",
        "pcap/ndpi/pcap/synscan.pcap",
        "pcap/ndpi/pcap/tls_alert.pcap",
        "pcap/ndpi/pcap/tls_long_cert.pcap",
        "pcap/ndpi/pcap/tls_port_80.pcapng",
        "pcap/ndpi/pcap/tls_with_huge_ch.pcapng",
        "pcap/nfstream/pcaps/aimini-http.pcap",
        "pcap/zeek/traces/http/concurrent-range-requests.pcap",
        "pcap/zeek/traces/http/no_crlf.pcap",
        "pcap/zeek/traces/pop3/pop3.pcap",
        "pcap/zeek/traces/smtp.pcap",
        "pcap/zeek/traces/ssh/ssh.client-side-half-duplex.pcap",
        "pcap/zeek/traces/wikipedia.pcap",
    ];

    /// <summary>More than 4 GiB of one connection's sequence numbers in a few packets; one connection in two VLANs.</summary>
    private static readonly string[] NotComparable = ["ftp/bigtransfer.pcap", "pppoe-over-qinq.pcap", "tunnels/"];

    public static TheoryData<string, string> ZeekLogs()
    {
        var logs = new TheoryData<string, string>();
        if (SharedData.Root is not { } root || Path.Combine(root, "pcap/zeek/manifest.tsv") is var manifest && !File.Exists(manifest))
        {
            logs.Add("pcap/zeek/manifest.tsv", "");
            return logs;
        }

        foreach (var columns in File.ReadLines(manifest).Skip(1).Select(line => line.Split('\t')))
        {
            var log = $"pcap/zeek/baseline/{columns[2]}/conn.log";
            if (columns[3] == "conn.log" && !Array.Exists(NotComparable, columns[0].StartsWith)
                && ZeekConnections.Read(Path.Combine(root, log)).Count > 0)
                logs.Add($"pcap/zeek/traces/{columns[0]}", log);
        }

        return logs;
    }

    [SkippableTheory]
    [MemberData(nameof(Captures))]
    public async Task Packets_bytes_and_repeats_agree_with_tshark(string capture)
    {
        var file = SharedData.Require(capture);
        Skip.IfNot(TsharkPeer.Present, "tshark is not installed");
        var flows = await Read(file);
        var differences = FlowSideFacts.Differences("tshark", await TsharkFlows.Read(file), flows.SelectMany(FlowSideFacts.Of));
        Assert.True(differences.Count == 0, $"{capture}:\n{string.Join('\n', differences.Take(20))}");
        Assert.NotEmpty(flows);
    }

    [SkippableTheory]
    [MemberData(nameof(ZeekLogs))]
    public async Task Packets_and_bytes_agree_with_the_expected_log_of_zeek(string capture, string expectedLog)
    {
        var file = SharedData.Require(capture);
        var expected = ZeekConnections.Read(SharedData.Require(expectedLog));
        var flows = (await Read(file)).SelectMany(flow => (string[])[AsZeek(flow, "client", "server"), AsZeek(flow, "server", "client")]);
        Assert.Empty(expected.Except(flows));
    }

    private static async Task<IReadOnlyList<JsonElement>> Read(string file) =>
        WeirCommand.Records(await WeirCommand.Output("sniff", "-r", file, "-o", "flows"));

    private static string AsZeek(JsonElement flow, string from, string to)
    {
        var (one, other) = (flow.GetProperty(from), flow.GetProperty(to));
        long Bytes(JsonElement side) => side.GetProperty("bytes").GetInt64() + side.GetProperty("gapBytes").GetInt64();
        return $"{one.GetProperty("ip").GetString()}:{one.GetProperty("port")} > {other.GetProperty("ip").GetString()}:{other.GetProperty("port")} "
            + $"packets {one.GetProperty("packets")} {other.GetProperty("packets")} bytes {Bytes(one)} {Bytes(other)}";
    }
}
