using System.Text;
using Weir.Storage;
using Weir.Storage.ClickHouse;

namespace Weir.Fuzz.Peers;

/// <summary>Answers of ClickHouse: rows in RowBinary, whole or in pieces, and everything that HTTP may bring instead.</summary>
internal static class ClickHouseTarget
{
    /// <summary>What a row is read into: columns as the store's queries have them.</summary>
    private static readonly Func<RowBinaryReader, string>[] s_rows =
    [
        static reader => KeySql.Read(reader).ToString() + reader.UInt64() + reader.Byte() + Convert.ToHexString(reader.Bytes()) + Convert.ToHexString(reader.Bytes()),
        static reader => $"{reader.UInt64()} {reader.Int64()} {reader.Int32()}",
        static reader => $"{reader.Byte()} {reader.Int64()} {reader.Byte()} {reader.Int64()} {reader.Text()}",
        static reader => reader.Text(),
    ];

    private static readonly Lazy<(RawServer Server, ClickHouseClient Client)> s_answering = new(static () =>
    {
        var server = new RawServer();
        return (server, new ClickHouseClient(new ClickHouseStoreOptions { Address = server.Address, Database = "weir", Timeout = TimeSpan.FromSeconds(10) }));
    });

    public static FuzzTarget Rows { get; } = new("clickhouse-rows", SeedRows, ReadRows);

    public static FuzzTarget Answers { get; } = new("clickhouse-answers", SeedAnswers, ReadAnswer) { ShortRun = 300 };

    /// <summary>The first byte says which columns.</summary>
    private static List<byte[]> SeedRows()
    {
        var seeds = new List<byte[]>();
        for (var kind = 0; kind < s_rows.Length; kind++)
        {
            var writer = new RowBinaryWriter();
            for (var row = 0; row < 3; row++)
            {
                if (kind == 0)
                {
                    writer.Int64(1_769_860_800_000_000_000 + row);
                    for (var i = 0; i < 3; i++) writer.UInt64((ulong)(row + i));
                    writer.Byte(1);
                }

                if (kind == 1)
                {
                    writer.UInt64(7);
                    writer.Int64(row);
                    writer.Int32(row);
                }

                if (kind == 2)
                {
                    writer.Byte(0);
                    writer.Int64(row);
                    writer.Byte(2);
                    writer.Int64(5);
                }

                if (kind != 1) writer.Text($$"""{"id":"{{row}}"}""");
                if (kind == 0) writer.Text(new string('a', 300));
            }

            seeds.Add([(byte)kind, .. writer.Written.Span]);
        }

        return seeds;
    }

    private static List<byte[]> SeedAnswers() =>
    [
        .. SeedRows().Select(static rows => RawServer.Http(rows.AsSpan(1), type: "application/octet-stream")),
        RawServer.Http("Code: 60, e.displayText() = DB::Exception: Table weir.exchanges doesn't exist. (version 18.16.1)\n"u8, 404, "text/plain"),
        RawServer.Http("Code: 241. DB::Exception: Memory limit (for query) exceeded"u8, 500, "text/plain"),
        RawServer.Http(Encoding.UTF8.GetBytes("Code: 99999999999999999999 " + new string('é', 2000)), 503, "text/html"),
        Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n\u0008abcdefgh\r\n0\r\n\r\n"),
        Encoding.ASCII.GetBytes("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
    ];

    private static void ReadRows(byte[] bytes)
    {
        if (bytes.Length == 0) return;
        var row = s_rows[bytes[0] % s_rows.Length];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var whole = Read(new MemoryStream(bytes, 1, bytes.Length - 1), row);
        // A length is a promise: memory is taken as bytes come. What is read is kept as text several times over here.
        if (GC.GetAllocatedBytesForCurrentThread() - before > (64 * bytes.Length) + (1 << 20)) throw new InvalidOperationException("more memory than the answer has bytes");
        if (whole != Read(new Chunks(bytes[1..], 1, 3, 700, 2), row)) throw new InvalidOperationException("in pieces it is read otherwise");
    }

    private static string Read(Stream stream, Func<RowBinaryReader, string> row)
    {
        var (reader, rows) = (new RowBinaryReader(stream), new StringBuilder());
        try
        {
            while (reader.Next()) rows.AppendLine(row(reader));
        }
        catch (InvalidDataException)
        {
            rows.Append("torn");
        }

        return rows.ToString();
    }

    private static void ReadAnswer(byte[] bytes)
    {
        var (server, client) = s_answering.Value;
        server.Answer = _ => bytes;
        foreach (var row in s_rows.Take(1 + (bytes.Length % 2))) Told(() => client.Rows("SELECT 1", row, CancellationToken.None));
        Told(() => client.Number("SELECT 1", CancellationToken.None));
        Told(() => client.Execute("SELECT 1", CancellationToken.None));
    }

    private static void Told(Action ask)
    {
        try
        {
            ask();
        }
        catch (StoreException told)
        {
            if (told.Message.Length is 0 or > 2000) throw new InvalidOperationException($"a message of {told.Message.Length} characters", told);
        }
    }
}
