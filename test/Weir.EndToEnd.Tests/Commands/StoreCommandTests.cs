using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Records;
using Weir.Records.Json;
using Weir.Storage;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary><c>weir export</c>, <c>weir backup</c>, <c>weir restore</c> and <c>--store</c> as a script meets them.</summary>
public sealed class StoreCommandTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-store-").FullName;

    private string Data => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Export_writes_what_is_stored_as_lines_as_har_and_as_packets()
    {
        var stored = await Fill();
        var (code, output, errors) = await Run("export", "--data", Data);
        Assert.True(code == 0, errors);
        Assert.Equal(stored.AsEnumerable().Reverse(), output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"{stored.Count} calls exported", errors, StringComparison.Ordinal);

        var some = (await Run("export", "--data", Data, "--where", "method == 'POST'", "--from", "2000-01-01", "--to", "-0s")).Output;
        var posts = WeirCommand.Records(some);
        Assert.Equal(2, posts.Count);
        Assert.All(posts, static post => Assert.Equal("POST", post.GetProperty("request").GetProperty("method").GetString()));
        Assert.Equal(3, WeirCommand.Records((await Run("export", "--data", Data, "-n", "3")).Output).Count);
        Assert.Empty((await Run("export", "--data", Data, "--from", "-1s")).Output);

        var har = Path.Combine(_folder, "calls.har");
        Assert.Equal(0, (await Run("export", "--data", Data, "-o", $"har:{har}")).ExitCode);
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(har));
        Assert.Equal(stored.Count, document.RootElement.GetProperty("log").GetProperty("entries").GetArrayLength());

        var packets = Path.Combine(_folder, "calls.pcapng");
        Assert.Equal(0, (await Run("export", "--data", Data, "-o", $"pcap:{packets}")).ExitCode);
        Assert.Equal(
            WeirCommand.Records(string.Join('\n', stored)).Select(Call).Order(),
            (await WeirCommand.Read(packets)).Select(Call).Order());
    }

    [Theory]
    [InlineData(2, "there is no store", "export", "--data", "{missing}")]
    [InlineData(2, "--where", "export", "--data", "{data}", "--where", "status_code >")]
    [InlineData(2, "--from", "export", "--data", "{data}", "--from", "yesterday")]
    [InlineData(2, "jsonl, har:FILE or pcap:FILE", "export", "--data", "{data}", "-o", "gor:x")]
    [InlineData(2, "--store: 'mysql://x'", "export", "--store", "mysql://x")]
    [InlineData(2, "WEIR_STORE_PASSWORD", "center", "--check", "--store", "clickhouse:http://a:b@c:8123/weir")]
    [InlineData(1, "can't be reached", "export", "--store", "clickhouse:http://127.0.0.1:9/weir")]
    [InlineData(1, "no store", "backup", "{folder}", "--data", "{missing}")]
    [InlineData(1, "no backup", "restore", "{missing}", "--data", "{data}")]
    public async Task What_cannot_be_done_is_told_in_a_line(int expected, string said, params string[] arguments)
    {
        using (new SqliteExchangeStore(new SqliteStoreOptions { Path = Path.Combine(Data, "weir.db") }))
        {
            // Empty.
        }

        var (code, output, errors) = await Run([.. arguments.Select(argument => argument
            .Replace("{missing}", Path.Combine(_folder, "missing"), StringComparison.Ordinal)
            .Replace("{data}", Data, StringComparison.Ordinal).Replace("{folder}", _folder, StringComparison.Ordinal))]);
        Assert.Equal(expected, code);
        Assert.Empty(output);
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.StartsWith("weir: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_is_made_while_a_center_runs_and_restored_when_none_does()
    {
        var stored = await Fill();
        var settings = new Dictionary<string, string> { ["WEIR_LISTEN"] = "127.0.0.1:17973", ["WEIR_PROBES_LISTEN"] = "127.0.0.1:17974", ["WEIR_DATA"] = Data };
        var file = Path.Combine(_folder, "copy.db");
        using (var center = WeirCommand.Start(settings, "center"))
        {
            await center.WaitForError("shows the calls", s_patience);
            var backup = await Run("backup", file, "--data", Data);
            Assert.True(backup.ExitCode == 0, backup.Errors);
            Assert.Contains($"{stored.Count} calls copied to {file}", backup.Errors, StringComparison.Ordinal);
            Assert.Contains("left out of", backup.Errors, StringComparison.Ordinal);
            Assert.Contains("accounts.db", backup.Errors, StringComparison.Ordinal);
            var all = await Run("backup", _folder, "--data", Data);
            Assert.True(all.ExitCode == 0, all.Errors);
            Assert.Contains($"{stored.Count} calls (weir.db, traffic.db, accounts.db) copied to {_folder}/weir-20", all.Errors, StringComparison.Ordinal);
            Assert.Contains("store-id", all.Errors, StringComparison.Ordinal);
            var refused = await Run("restore", file, "--data", Data, "--force");
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("A Weir runs on", refused.Errors, StringComparison.Ordinal);
            center.Signal("TERM");
            await center.Finish(s_patience);
        }

        Assert.Equal(1, (await Run("restore", file, "--data", Data)).ExitCode);
        var elsewhere = Path.Combine(_folder, "elsewhere");
        Assert.Equal(0, (await Run("restore", file, "--data", elsewhere)).ExitCode);
        Assert.Equal(0, (await Run("restore", file, "--data", Data, "--force")).ExitCode);
        var whole = Path.Combine(_folder, "whole");
        var restored = await Run("restore", Directory.GetDirectories(_folder, "weir-20*").Single(), "--data", whole);
        Assert.True(restored.ExitCode == 0, restored.Errors);
        Assert.Equal(["accounts.db", "traffic.db", "weir.db"], Directory.GetFiles(whole).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var data in (string[])[Data, elsewhere, whole])
            Assert.Equal(stored.AsEnumerable().Reverse(), (await Run("export", "--data", data)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Real calls of captures, stored; their records, oldest first.</summary>
    private async Task<List<string>> Fill()
    {
        var exchanges = new List<Exchange>();
        var hourAgo = (DateTimeOffset.UtcNow.AddHours(-1) - DateTimeOffset.UnixEpoch).Ticks / 10 * 1000;
        foreach (var capture in (string[])["keep-alive-json", "pipelining", "chunked-trailers", "no-body-responses"])
        {
            var lines = await WeirCommand.Output("sniff", "-r", RepositoryRoot.Combine($"test/corpus/http1/{capture}/input.pcap"), "-o", "jsonl", "--reveal", "all");
            foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var exchange = new Exchange();
                Assert.True(ExchangeJsonReader.TryRead(System.Text.Encoding.UTF8.GetBytes(line), exchange, out var error), error);
                // Files of one instant have the same ids.
                exchange.Id = new ExchangeId(exchange.Id.Value + (UInt128)(1000 * exchanges.Count));
                // Of today: a center that runs deletes what is old.
                var later = hourAgo - exchange.StartedAtNs;
                foreach (var message in (HttpMessage[])[exchange.Request, exchange.Response]) (message.FirstByteNs, message.LastByteNs) = (message.FirstByteNs + later, message.LastByteNs + later);
                exchanges.Add(exchange);
            }
        }

        Assert.Equal(10, exchanges.Count);
        exchanges.Sort(static (a, b) => (a.StartedAtNs, a.Id.Value).CompareTo((b.StartedAtNs, b.Id.Value)));
        using var store = new SqliteExchangeStore(new SqliteStoreOptions { Path = Path.Combine(Data, "weir.db"), MaxAge = TimeSpan.FromDays(36_500) });
        var records = new List<string>();
        foreach (var exchange in exchanges)
        {
            var row = new ExchangeRow();
            row.Set(exchange, Json(exchange, ExchangeDetail.Summary), Json(exchange, ExchangeDetail.Full));
            store.Append([row]);
            records.Add(System.Text.Encoding.UTF8.GetString(row.Record));
        }

        return records;
    }

    private static byte[] Json(Exchange exchange, ExchangeDetail detail)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        new ExchangeJsonWriter(detail).Write(exchange, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static string Call(JsonElement record) => WeirCommand.Facts(record).ToString();

    private static async Task<(int ExitCode, string Output, string Errors)> Run(params string[] arguments)
    {
        using var child = WeirCommand.Start(arguments);
        return await child.Finish(s_patience);
    }
}
