using System.Globalization;
using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Differential;

/// <summary>Every DNS message of real captures as tshark reads it, against Weir's lookups.</summary>
public class LookupCaptureTests(ITestOutputHelper log)
{
    public static TheoryData<string> Captures =>
    [
        "pcap/ndpi/pcap/dns.pcap", "pcap/ndpi/pcap/dns_exfiltration.pcap", "pcap/ndpi/pcap/dns-tunnel-iodine.pcap",
        "pcap/ndpi/pcap/dns_ambiguous_names.pcap", "pcap/ndpi/pcap/dns_fragmented.pcap", "pcap/ndpi/pcap/dns-google-nsid.pcapng",
        "pcap/ndpi/pcap/dnscrypt-v1-and-resolver-pings.pcap", "pcap/ndpi/pcap/bad-dns-traffic.pcap", "pcap/ndpi/pcap/avast_securedns.pcapng",
        "pcap/ndpi/pcap/dns_long_domainname.pcap", "pcap/nfstream/pcaps/mdns.pcap", "pcap/ipfixprobe/inputs/dns.pcap",
        "pcap/ipfixprobe/inputs/dnssd.pcap",
    ];

    [SkippableTheory]
    [MemberData(nameof(Captures))]
    public async Task Messages_agree_with_tshark(string capture)
    {
        var file = SharedData.Require(capture);
        Skip.IfNot(TsharkPeer.Present, "tshark is not installed");
        var theirs = await Tshark(file);
        var ours = (await WeirCommand.Read(file)).Where(record => record.TryGetProperty("dns", out _)).SelectMany(Messages).ToList();
        log.WriteLine($"{theirs.Count} messages");
        Assert.NotEmpty(theirs);
        Assert.Equal(theirs.Order(StringComparer.Ordinal), ours.Order(StringComparer.Ordinal));
    }

    /// <summary>Identifier, query or response, type, response code and number of answers of each message.</summary>
    private static async Task<List<string>> Tshark(string file)
    {
        var lines = await Child.Output(
            "tshark", "-r", file, "-Y", "(dns or mdns or llmnr) and not icmp and not icmpv6 and not _ws.malformed", "-T", "fields",
            "-E", "occurrence=f", "-e", "dns.id", "-e", "dns.flags.response", "-e", "dns.qry.type", "-e", "dns.flags.rcode", "-e", "dns.count.answers");
        return
        [
            .. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).Select(fields =>
            {
                var response = fields[1] is "1" or "True";
                var id = Convert.ToInt32(fields[0], 16);
                return Text(id, response, fields[2].Length > 0 ? int.Parse(fields[2], CultureInfo.InvariantCulture) : 0,
                    response ? int.Parse(fields[3], CultureInfo.InvariantCulture) & 15 : 0, response ? int.Parse(fields[4], CultureInfo.InvariantCulture) : 0);
            }),
        ];
    }

    /// <summary>A record is a query, as often as it was sent, and a response.</summary>
    private static IEnumerable<string> Messages(JsonElement record)
    {
        var dns = record.GetProperty("dns");
        var id = dns.GetProperty("id").GetInt32();
        Assert.True(Weir.Records.DnsNames.TryParseType(System.Text.Encoding.ASCII.GetBytes(dns.GetProperty("type").GetString()!), out var type));
        if (record.GetProperty("request").ValueKind == JsonValueKind.Object)
        {
            var repeated = dns.GetProperty("overTcp").GetBoolean() ? 0 : record.GetProperty("tcp").GetProperty("retransmissions").GetInt32();
            for (var i = 0; i <= repeated; i++) yield return Text(id, false, type, 0, 0);
        }

        if (record.GetProperty("response") is { ValueKind: JsonValueKind.Object } response)
            yield return Text(id, true, type, response.GetProperty("status").GetInt32() & 15, dns.GetProperty("answerCount").GetInt32());
    }

    private static string Text(int id, bool response, int type, int code, int answers) =>
        string.Create(CultureInfo.InvariantCulture, $"{id:x4} {(response ? "response" : "query")} {type} {code} {answers}");
}
