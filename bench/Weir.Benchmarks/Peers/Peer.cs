using System.Text.Json;

namespace Weir.Benchmarks.Peers;

/// <summary>One way to read the capture.</summary>
/// <param name="Name">First column of the table, also what <c>--skip</c> takes.</param>
/// <param name="Program">Has to be on the PATH, else the row is left out.</param>
/// <param name="Command">Shell command; {file} is the capture, {out} a scratch file or directory of its own.</param>
/// <param name="Count">Exchanges in {out}; null for tools that have no notion of one.</param>
public sealed record Peer(string Name, string Program, string Command, Func<string, long>? Count)
{
    public static IReadOnlyList<Peer> All(string weir) =>
    [
        new("weir none", weir, $"'{weir}' sniff -r {{file}} --workers 1 -o none --stats {{out}} 2>/dev/null", StatsExchanges),
        new("weir none, 2 workers", weir, $"'{weir}' sniff -r {{file}} --workers 2 -o none --stats {{out}} 2>/dev/null", StatsExchanges),
        new("weir jsonl", weir, $"'{weir}' sniff -r {{file}} --workers 1 -o jsonl:/dev/null --stats {{out}} 2>/dev/null", StatsExchanges),
        new("weir flows", weir, $"'{weir}' flows -r {{file}} -o csv:/dev/null 2>/dev/null", null),
        new("tcpdump", "tcpdump", "tcpdump -r {file} -w /dev/null 2>/dev/null", null),
        new("softflowd", "softflowd", "softflowd -r {file} -d >/dev/null 2>&1", null),
        new("tcpflow", "tcpflow", "tcpflow -r {file} -o {out} >/dev/null 2>&1", null),
        new("httpry", "httpry", "httpry -r {file} -f method,status-code -o {out} >/dev/null 2>&1", ResponseLines),
        new("ngrep", "ngrep", "ngrep -I {file} -q -W byline '^HTTP/1' >{out} 2>/dev/null", path => Lines(path, line => line.StartsWith("HTTP/1", StringComparison.Ordinal))),
        new("gor", "gor", "gor --input-raw {file}:8080 --input-raw-engine pcap_file --input-raw-track-response --output-file {out} --output-file-append --exit-after 60s >/dev/null 2>&1", GorResponses),
        new("tshark", "tshark", "tshark -r {file} -d tcp.port==8080,http -Y http -T fields -e http.request.method -e http.response.code >{out} 2>/dev/null", ResponseLines),
    ];

    public bool Present => Program.Contains('/', StringComparison.Ordinal)
        ? File.Exists(Program)
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Concat(["/usr/sbin", "/sbin"])
            .Any(directory => directory.Length > 0 && File.Exists(Path.Combine(directory, Program)));

    private static long StatsExchanges(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.GetProperty("exchanges").GetInt64();
    }

    /// <summary>Lines that end in a status code: one for each response that the tool saw.</summary>
    private static long ResponseLines(string path) =>
        Lines(path, line => line.TrimEnd() is [.., var a, var b, var c] && char.IsAsciiDigit(a) && char.IsAsciiDigit(b) && char.IsAsciiDigit(c));

    /// <summary>Entries of GoReplay's file that are a response: <c>2 ID TIME LATENCY</c>.</summary>
    private static long GorResponses(string path) =>
        Lines(path, line => line.StartsWith("2 ", StringComparison.Ordinal) && line.Split(' ') is [_, { Length: 24 or 40 }, ..]);

    private static long Lines(string path, Func<string, bool> counted) => File.ReadLines(path).LongCount(counted);
}
