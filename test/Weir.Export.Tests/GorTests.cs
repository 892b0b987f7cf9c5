using System.Globalization;
using System.IO.Compression;
using System.Text;
using Weir.Export.GoReplay;
using Weir.Records;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests;

/// <summary>.gor files, read back by a reader of the tests' own (<see cref="Strict"/>) and by Weir's.</summary>
public sealed class GorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-gor-").FullName;

    [Fact]
    public void A_call_is_a_request_and_a_response_under_one_id()
    {
        var records = Strict(Write("a.gor", new GorFileOptions(), TestExchange.GetOk("line\n\n🐵")));
        Assert.Equal(2, records.Count);
        Assert.Equal((1, "c87c1f900a00000700000002", 1_769_860_800_123_456_789, 0), (records[0].Type, records[0].Id, records[0].TimestampNs, records[0].LatencyNs));
        Assert.Equal("GET /api/v2/orders/17?page=2 HTTP/1.1\r\nHost: orders:8080\r\n\r\n", records[0].Text);
        Assert.Equal((2, records[0].Id, 1_769_860_800_135_456_789, 12_000_000), (records[1].Type, records[1].Id, records[1].TimestampNs, records[1].LatencyNs));
        Assert.StartsWith("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ", records[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_length_of_a_body_is_that_of_the_bytes_that_are_there()
    {
        var exchange = TestExchange.GetOk("12345");
        TestExchange.Header(exchange.Response, "Transfer-Encoding", "chunked");
        TestExchange.Header(exchange.Response, "Content-Encoding", "gzip");
        exchange.Response.BodyDecoded = true;
        var text = Strict(Write("a.gor", new GorFileOptions(), exchange))[1].Text;
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n12345", text);
    }

    [Fact]
    public void A_response_without_body_keeps_the_length_it_announced()
    {
        var exchange = TestExchange.GetOk("");
        exchange.Request.Method = TestExchange.Text(exchange.Request, "HEAD");
        TestExchange.Header(exchange.Response, "Content-Length", "1234");
        Assert.EndsWith("Content-Length: 1234\r\n\r\n", Strict(Write("a.gor", new GorFileOptions(), exchange))[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_ends_in_values_do_not_make_headers()
    {
        var exchange = TestExchange.GetOk();
        TestExchange.Header(exchange.Request, "X-A", "1\r\nX-B: 2");
        Assert.Contains("X-A: 1  X-B: 2\r\n", Strict(Write("a.gor", new GorFileOptions(), exchange))[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.gor")]
    [InlineData("a.gor.gz")]
    public void What_is_written_is_read_back(string name)
    {
        var path = Write(name, new GorFileOptions(), [.. Enumerable.Range(0, 300).Select(i => TestExchange.GetOk(new string('x', i * 10)))]);
        using var reader = new GorReader(File.OpenRead(path));
        var strict = Strict(path);
        foreach (var expected in strict)
        {
            Assert.True(reader.TryRead(out var record));
            Assert.Equal(expected.Text, Encoding.Latin1.GetString(record.Payload));
            Assert.Equal((expected.Id, expected.TimestampNs, expected.LatencyNs), (record.Id, record.TimestampNs, record.LatencyNs));
        }

        Assert.False(reader.TryRead(out _));
        Assert.Equal((0, null), (reader.Malformed, reader.Problem));
        Assert.Equal(600, strict.Count);
    }

    [Fact]
    public void Appending_goes_on_where_a_file_ended_compressed_too()
    {
        foreach (var name in new[] { "a.gor", "a.gor.gz" })
        {
            Write(name, new GorFileOptions(), TestExchange.GetOk());
            Assert.Equal(4, Strict(Write(name, new GorFileOptions { Append = true }, TestExchange.GetOk())).Count);
            Assert.Equal(2, Strict(Write(name, new GorFileOptions(), TestExchange.GetOk())).Count);
        }
    }

    [Fact]
    public void Files_are_cut_by_records_and_by_size_and_earlier_ones_stay()
    {
        var calls = Enumerable.Range(0, 5).Select(_ => TestExchange.GetOk()).ToArray();
        Write("a.gor", new GorFileOptions { MaxFileRecords = 4 }, calls);
        Assert.Equal([4, 4, 2], Names("a_*.gor").Select(path => Strict(path).Count));
        Write("a.gor", new GorFileOptions { MaxFileBytes = 1 }, calls[0]);
        Assert.Equal(["a_0.gor", "a_1.gor", "a_2.gor", "a_3.gor", "a_4.gor"], Names("a_*.gor").Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public void Nothing_is_written_beyond_the_total_and_that_is_counted()
    {
        var output = new GorFileOutput(Path.Combine(_folder, "a.gor"), new GorFileOptions { MaxTotalBytes = 700 });
        var lane = output.OpenLane();
        for (var i = 0; i < 10; i++) lane.Write(TestExchange.GetOk());
        output.Dispose();
        Assert.InRange(new FileInfo(Path.Combine(_folder, "a.gor")).Length, 1, 700);
        Assert.True(output.Losses().Single().Value > 0);
    }

    [Fact]
    public void Names_have_tokens()
    {
        Write("%Y-%t-%r.gor", new GorFileOptions(), TestExchange.GetOk(), TestExchange.GetOk());
        var year = DateTime.Now.ToString("yyyy", CultureInfo.InvariantCulture);
        Assert.Equal([$"{year}-1-c87c1f900a00000700000002.gor", $"{year}-2-c87c1f900a00000700000002.gor"], Names("*.gor").Select(path => Path.GetFileName(path)));
        Assert.All(Names("*.gor"), path => Assert.Equal(2, Strict(path).Count));
    }

    [Fact]
    public void What_is_no_record_is_counted_and_the_others_are_read()
    {
        var separator = Encoding.UTF8.GetString(GorFormat.Separator);
        var text = $"1 aaaaaaaaaaaaaaaaaaaaaaaa 5 0\nGET / HTTP/1.1\r\n\r\n{separator}rubbish{separator}9 x y z\n{separator}"
            + $"2 0123456789012345678901234567890123456789 7 2\nHTTP/1.1 200 OK\r\n\r\n";
        using var reader = new GorReader(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        Assert.True(reader.TryRead(out var first));
        Assert.True(reader.TryRead(out var second));
        Assert.False(reader.TryRead(out _));
        Assert.Equal((GorRecordType.Request, 5), (first.Type, first.TimestampNs));
        Assert.Equal((GorRecordType.Response, 40), (second.Type, second.Id.Length));
        Assert.Equal(2, reader.Malformed);
    }

    [Fact]
    public void Any_bytes_are_read_without_an_exception()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var bytes = new byte[random.Next(2000)];
            random.NextBytes(bytes);
            for (var i = 0; i < 5 && bytes.Length > 100; i++) GorFormat.Separator.CopyTo(bytes.AsSpan(random.Next(bytes.Length - 20)));
            using var reader = new GorReader(new MemoryStream(bytes));
            while (reader.TryRead(out _))
            {
                // Reading to the end is what is tested.
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private IEnumerable<string> Names(string pattern) => Directory.GetFiles(_folder, pattern).Order(StringComparer.Ordinal);

    private string Write(string name, GorFileOptions options, params Exchange[] exchanges)
    {
        var path = Path.Combine(_folder, name);
        using var output = new GorFileOutput(path, options);
        var lane = output.OpenLane();
        foreach (var exchange in exchanges) lane.Write(exchange);
        return path;
    }

    /// <summary>Reads a file as the format says, and accepts nothing else.</summary>
    private static List<(int Type, string Id, long TimestampNs, long LatencyNs, string Text)> Strict(string path)
    {
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress) : File.OpenRead(path);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var text = Encoding.Latin1.GetString(copy.ToArray());
        var separator = Encoding.Latin1.GetString([0x0A, 0xF0, 0x9F, 0x90, 0xB5, 0xF0, 0x9F, 0x99, 0x88, 0xF0, 0x9F, 0x99, 0x89, 0x0A]);
        Assert.EndsWith(separator, text, StringComparison.Ordinal);
        var records = new List<(int, string, long, long, string)>();
        foreach (var record in text[..^separator.Length].Split(separator))
        {
            var end = record.IndexOf('\n', StringComparison.Ordinal);
            Assert.Matches("^[123] [0-9a-f]{24} [0-9]{19} [0-9]+$", record[..end]);
            var meta = record[..end].Split(' ');
            records.Add((int.Parse(meta[0], CultureInfo.InvariantCulture), meta[1], long.Parse(meta[2], CultureInfo.InvariantCulture), long.Parse(meta[3], CultureInfo.InvariantCulture), record[(end + 1)..]));
        }

        return records;
    }
}
