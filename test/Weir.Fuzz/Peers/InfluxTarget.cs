using System.Text;
using Weir.Center.Influx;
using Weir.Storage.Traffic;

namespace Weir.Fuzz.Peers;

/// <summary>Answers of an InfluxDB to points, and points of any names as lines of its protocol.</summary>
internal static class InfluxTarget
{
    private static readonly Lazy<(RawServer Server, InfluxClient Client)> s_answering = new(static () =>
    {
        var server = new RawServer();
        return (server, new InfluxClient(new InfluxOptions { Url = server.Address }));
    });

    public static FuzzTarget Answers { get; } = new("influx-answers", SeedAnswers, ReadAnswer) { ShortRun = 400, Words = JsonWords.All };

    public static FuzzTarget Lines { get; } = new(
        "influx-lines", static () => [Pieces.Join("10.0.0.1"u8.ToArray(), "fd00::2"u8.ToArray(), "node one,=\\"u8.ToArray()), Pieces.Join("a\nb"u8.ToArray(), [], "c\\ d"u8.ToArray())], WriteLine);

    private static List<byte[]> SeedAnswers() =>
    [
        RawServer.Http([], 204), RawServer.Http("""{"error":"partial write: field type conflict: input field \"size\" on measurement \"traffic\" is type float, already exists as type integer dropped=1"}"""u8, 400),
        RawServer.Http("""{"error":"partial write: points beyond retention policy dropped=999999999"}"""u8, 400), RawServer.Http("""{"error":"database not found: \"wakizashi\""}"""u8, 404),
        RawServer.Http("{\"error\":\"unable to parse\r\n\"}"u8, 400), RawServer.Http("Request Entity Too Large"u8, 413, "text/plain; charset=none"), RawServer.Http(new byte[100_000], 500, "application/octet-stream"),
    ];

    private static void ReadAnswer(byte[] bytes)
    {
        var (server, client) = s_answering.Value;
        server.Answer = _ => bytes;
        var outcome = client.Write([new TrafficPoint(1_769_860_800, "10.0.0.1", "10.0.0.2", "10.0.0.3", 7)], CancellationToken.None).GetAwaiter().GetResult();
        if (!Enum.IsDefined(outcome) || client.Dropped < 0) throw new InvalidOperationException($"{outcome}, {client.Dropped} dropped");
        if (client.Detail.Length > 1000 || (outcome == InfluxOutcome.Retry && client.Detail.Length == 0)) throw new InvalidOperationException($"'{client.Detail}' is said of {outcome}");
    }

    /// <summary>Whatever names are, a point is one line with the tags and the field that it has: nothing in a name makes another point of it.</summary>
    private static void WriteLine(byte[] bytes)
    {
        var names = Pieces.Split(bytes).Select(Encoding.UTF8.GetString).Append("").Append("").Append("").Take(3).ToArray();
        var text = new StringBuilder();
        LineProtocol.Write(text, "traffic", new TrafficPoint(1, names[0], names[1], names[2], 7));
        var line = text.ToString();
        if (line.IndexOf('\n', StringComparison.Ordinal) != line.Length - 1) throw new InvalidOperationException("more than one line");
        var (spaces, commas, equals) = (0, 0, 0);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\') i++;
            else if (line[i] == ' ') spaces++;
            else if (line[i] == ',') commas++;
            else if (line[i] == '=') equals++;
        }

        var tags = names.Count(static name => name.Length > 0);
        if (spaces != 2 || commas != tags || equals != tags + 1) throw new InvalidOperationException($"{tags} tags are written as: {line}");
    }
}
