using Weir.Testing;

namespace Weir.EndToEnd.Tests.Differential;

/// <summary>The shared captures that carry HTTP/1 over TCP, and the logs that Zeek's own tests expect of them.</summary>
internal static class HttpCaptures
{
    /// <summary>
    /// Three in tunnels are compared with Zeek only: tshark does not look into Teredo between peers (Teredo.pcap,
    /// teredo_bubble_with_payload.pcap), and finds no response where the capture lost a part of its body
    /// (gtp1_gn_normal_incl_fragmentation.pcap).
    /// </summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "pcap/ipfixprobe/inputs/http.pcap",
        "pcap/ipfixprobe/inputs/idpcontent.pcap",
        "pcap/lucid-cicddos2019/CIC-DDoS-2019-WebDDoS.pcap",
        "pcap/ndpi/pcap/WebattackRCE.pcap",
        "pcap/ndpi/pcap/WebattackSQLinj.pcap",
        "pcap/ndpi/pcap/bt-http.pcapng",
        "pcap/ndpi/pcap/http-crash-content-disposition.pcap",
        "pcap/ndpi/pcap/http-lines-split.pcap",
        "pcap/ndpi/pcap/http-manipulated.pcap",
        "pcap/ndpi/pcap/http-proxy.pcapng",
        "pcap/ndpi/pcap/http.pcapng",
        "pcap/ndpi/pcap/http_asymmetric.pcapng",
        "pcap/ndpi/pcap/http_auth.pcap",
        "pcap/ndpi/pcap/http_connect.pcap",
        "pcap/ndpi/pcap/http_invalid_server.pcap",
        "pcap/ndpi/pcap/http_origin_different_than_host.pcap",
        "pcap/ndpi/pcap/http_starting_with_reply.pcapng",
        "pcap/ndpi/pcap/http_ua_splitted_in_two_pkts.pcapng",
        "pcap/ndpi/pcap/jsonrpc.pcap",
        "pcap/ndpi/pcap/log4j-webapp-exploit.pcap",
        "pcap/ndpi/pcap/quickplay.pcap",
        "pcap/ndpi/pcap/soap.pcap",
        "pcap/ndpi/pcap/tls_certificate_too_long.pcap",
        "pcap/ndpi/pcap/tls_heur__vmess-websocket.pcapng",
        "pcap/ndpi/pcap/webdav.pcap",
        "pcap/ndpi/pcap/windowsupdate_over_http.pcap",
        "pcap/nfstream/pcaps/WebattackSQLinj.pcap",
        "pcap/nfstream/pcaps/aimini-http.pcap",
        "pcap/nfstream/pcaps/http-lines-split.pcap",
        "pcap/nfstream/pcaps/http_auth.pcap",
        "pcap/nfstream/pcaps/quickplay.pcap",
        "pcap/nfstream/pcaps/tls_certificate_too_long.pcap",
        "pcap/zeek/traces/http/100-continue.pcap",
        "pcap/zeek/traces/http/261/variant-01-chunk_2pow64_overflow.pcap",
        "pcap/zeek/traces/http/261/variant-02-cl_uint64max.pcap",
        "pcap/zeek/traces/http/261/variant-03-cl_negative.pcap",
        "pcap/zeek/traces/http/261/variant-04-te_cl_desync.pcap",
        "pcap/zeek/traces/http/261/variant-07-expect_100_cl0.pcap",
        "pcap/zeek/traces/http/261/variant-08-leading_zeros.pcap",
        "pcap/zeek/traces/http/261/variant-09-te_obs_fold.pcap",
        "pcap/zeek/traces/http/261/variant-10-multi_value_te.pcap",
        "pcap/zeek/traces/http/basic-auth-with-colon.pcap",
        "pcap/zeek/traces/http/concurrent-range-requests.pcap",
        "pcap/zeek/traces/http/connect-with-header.pcap",
        "pcap/zeek/traces/http/connect-with-smtp.pcap",
        "pcap/zeek/traces/http/content-length-overflow.pcap",
        "pcap/zeek/traces/http/content-range-less-than-len.pcap",
        "pcap/zeek/traces/http/curl_http_09.pcap",
        "pcap/zeek/traces/http/deeply-nested-mime.pcap",
        "pcap/zeek/traces/http/fake-content-length.pcap",
        "pcap/zeek/traces/http/get.pcap",
        "pcap/zeek/traces/http/http-11-request-then-cruft.pcap",
        "pcap/zeek/traces/http/http-bad-content-range-01.pcap",
        "pcap/zeek/traces/http/http-desync-request-response-5.pcap",
        "pcap/zeek/traces/http/http-filename.pcap",
        "pcap/zeek/traces/http/interleaved-http-entity.pcap",
        "pcap/zeek/traces/http/invalid-content-ranges.pcap",
        "pcap/zeek/traces/http/methods.pcap",
        "pcap/zeek/traces/http/missing-zlib-header.pcap",
        "pcap/zeek/traces/http/multipart-form-data.pcap",
        "pcap/zeek/traces/http/multipart.pcap",
        "pcap/zeek/traces/http/no_crlf.pcap",
        "pcap/zeek/traces/http/percent-end-of-line.pcap",
        "pcap/zeek/traces/http/pipelined-requests.pcap",
        "pcap/zeek/traces/http/query-method-non-standard-port.pcap",
        "pcap/zeek/traces/http/query-method.pcap",
        "pcap/zeek/traces/http/version-mismatch.pcap",
        "pcap/zeek/traces/http/websocket.pcap",
        "pcap/zeek/traces/http/x-gzip.pcap",
        "pcap/zeek/traces/mixed-vlan-mpls.pcap",
        "pcap/zeek/traces/modbus/modbus-and-non-modbus-p502.pcap",
        "pcap/zeek/traces/mpls-in-vlan.pcap",
        "pcap/zeek/traces/ncp.pcap",
        "pcap/zeek/traces/snap-tcp.pcap",
        "pcap/zeek/traces/tcp-http-with-padding.pcap",
        "pcap/zeek/traces/tcp/http-on-irc-port-missing-syn.pcapng",
        "pcap/zeek/traces/tcp/miss_end_data.pcap",
        "pcap/zeek/traces/tcp/missing-syn.pcap",
        "pcap/zeek/traces/tunnels/ayiya3.pcap",
        "pcap/zeek/traces/tunnels/gre-over-udp-4754.pcap",
        "pcap/zeek/traces/tunnels/gtp/gtp2_different_udp_port.pcap",
        "pcap/zeek/traces/tunnels/vxlan-encapsulated-http.pcap",
        "pcap/zeek/traces/websocket/broker-websocket.pcap",
        "pcap/zeek/traces/websocket/jupyter-websocket.pcap",
        "pcap/zeek/traces/websocket/wstunnel-http.pcap",
        "pcap/zeek/traces/websocket/wstunnel-https.pcap",
        "pcap/zeek/traces/websocket/wstunnel-ssh.pcap",
        "pcap/zeek/traces/wikipedia.pcap",
        "pcap/zeek/traces/www-odd-url.pcap",
    ];

    /// <summary>Captures that Weir cannot read: the NFLOG link type is not decoded, TLS is not decrypted.</summary>
    private static readonly string[] Unreadable = ["nflog-http", "tls12-decryption"];

    public static TheoryData<string, string> ZeekLogs()
    {
        var logs = new TheoryData<string, string>();
        if (SharedData.Root is not { } root || Path.Combine(root, "pcap/zeek/manifest.tsv") is var manifest && !File.Exists(manifest))
        {
            logs.Add("pcap/zeek/manifest.tsv", "");
            return logs;
        }

        foreach (var columns in File.ReadLines(manifest).Skip(1).Select(line => line.Split('\t')))
            if (columns[3] == "http.log" && !Array.Exists(Unreadable, columns[0].Contains))
                logs.Add($"pcap/zeek/traces/{columns[0]}", $"pcap/zeek/baseline/{columns[2]}/http.log");
        return logs;
    }
}
