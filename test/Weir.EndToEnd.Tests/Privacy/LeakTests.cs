using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing.Sensitive;
using Xunit;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Privacy;

/// <summary>With default settings no secret gets out: not to a file, a pipe, the spool, the store, the API or a log line.</summary>
public sealed class LeakTests(ITestOutputHelper log) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-leak-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task No_seeded_secret_is_in_any_output_of_a_capture()
    {
        var capture = Path.Combine(_directory, "seeded.pcapng");
        var calls = SeededCapture.Write(capture);
        var outputs = Directory.CreateDirectory(Path.Combine(_directory, "out")).FullName;
        string File(string name) => Path.Combine(outputs, name);
        // Nobody listens at port 9 (discard): everything stays in the spool, uncompressed so that it can be searched.
        using var weir = WeirCommand.Start(
            "sniff", "-r", capture, "--stats", File("stats.json"), "-o", "console", "-o", $"jsonl:{File("calls.jsonl")}",
            "-o", $"har:{File("calls.har")}", "-o", $"pcap:{File("calls.pcapng")}", "-o", $"gor:{File("calls.gor")}",
            "-o", $"flows:{File("flows.jsonl")}", "-o", "resurface:http://127.0.0.1:9/message", "--drain", "1s",
            "--spool", File("spool"), "--rules", "include weir\nallow_http_url\nskip_compression");
        var (_, output, errors) = await weir.Finish(TimeSpan.FromMinutes(3));
        await System.IO.File.WriteAllTextAsync(File("stdout"), output);
        await System.IO.File.WriteAllTextAsync(File("stderr"), errors);

        Assert.True(calls > 3000, $"only {calls} calls were made");
        Assert.Equal(calls, (await System.IO.File.ReadAllLinesAsync(File("calls.jsonl"))).Length);
        // In as many batches as a slow machine makes of it.
        Assert.InRange(Directory.EnumerateFiles(File("spool"), "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length), 1_000_000, long.MaxValue);
        AssertClean(outputs, SeededCapture.Seeds);
        log.WriteLine($"{calls} calls, {SeededCapture.Seeds.Count} seeds in {SeededCapture.Places.Count} places");
    }

    [Fact]
    public async Task What_is_revealed_is_there_so_the_search_would_find_a_leak()
    {
        var capture = Path.Combine(_directory, "seeded.pcapng");
        SeededCapture.Write(capture);
        var records = Encoding.UTF8.GetBytes(await WeirCommand.Output("sniff", "-r", capture, "-o", "jsonl", "--reveal", "all"));
        Assert.All(SeededCapture.Seeds, seed => Assert.NotNull(LeakSearch.Find(records, seed.Value)));
    }

    [Fact]
    public async Task No_seeded_secret_is_in_the_store_or_the_api_of_weir_up()
    {
        var seeds = SeededCapture.Seeds.Where(seed => !seed.Value.Contains('\n', StringComparison.Ordinal)).ToList();
        await using var server = new TinyServer(target => TinyServer.Response(
            "application/json", Json(seeds[int.Parse(target.Split('?', '/')[2], CultureInfo.InvariantCulture)])));
        var data = Path.Combine(_directory, "data");
        var listen = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{RunningWeir.FreePort()}");
        using var weir = WeirCommand.Start(
            Login.Environment, "up", "--listen", listen, "--data", data, "-i", "lo", "-p", server.Port.ToString(CultureInfo.InvariantCulture), "--for", "5m");
        await weir.WaitForError("shows the calls", TimeSpan.FromSeconds(60));
        foreach (var (number, seed) in seeds.Index())
        {
            await server.Ask(string.Create(CultureInfo.InvariantCulture,
                $"GET /seed/{number}?{Uri.EscapeDataString(seed.Key)}={Uri.EscapeDataString(seed.Value)} HTTP/1.1\r\nHost: a\r\n{seed.Key}: {seed.Value}\r\n\r\n"));
        }

        var outputs = Directory.CreateDirectory(Path.Combine(data, "seen")).FullName;
        using (var http = await Login.Open($"http://{listen}"))
        {
            var page = await Page(http, seeds.Count);
            await File.WriteAllTextAsync(Path.Combine(outputs, "page"), page);
            foreach (var (number, item) in JsonDocument.Parse(page).RootElement.GetProperty("items").EnumerateArray().Index())
            {
                var id = item.GetProperty("id").GetString();
                await File.WriteAllTextAsync(Path.Combine(outputs, $"{number}"), await http.GetStringAsync($"/api/v1/exchanges/{id}"));
            }

            await File.WriteAllTextAsync(Path.Combine(outputs, "metrics"), await http.GetStringAsync("/metrics"));
        }

        weir.Signal("TERM");
        var (_, _, errors) = await weir.Finish(TimeSpan.FromSeconds(30));
        await File.WriteAllTextAsync(Path.Combine(outputs, "stderr"), errors);
        AssertClean(data, seeds);
    }

    private static async Task<string> Page(HttpClient http, int calls)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (true)
        {
            var page = await http.GetStringAsync("/api/v1/exchanges?limit=500");
            var found = JsonDocument.Parse(page).RootElement.GetProperty("items").GetArrayLength();
            if (found >= calls) return page;
            Assert.True(DateTime.UtcNow < deadline, $"{found} of {calls} calls were stored");
            await Task.Delay(200);
        }
    }

    private static string Json(SensitiveSeed seed) => $"{{{JsonSerializer.Serialize(seed.Key)}:{JsonSerializer.Serialize(seed.Value)}}}";

    private static void AssertClean(string directory, IEnumerable<SensitiveSeed> seeds)
    {
        var leaks = new List<string>();
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(file);
            leaks.AddRange(
                from seed in seeds
                let form = LeakSearch.Find(bytes, seed.Value)
                where form is not null
                select $"{Path.GetRelativePath(directory, file)}: {seed} as {form}");
        }

        Assert.Empty(leaks);
    }
}
