using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Weir.Center.Hosting;
using Weir.Center.Tetragon;
using Weir.Rpc.Tetragon.V1;
using Weir.Storage.Processes;
using Weir.Testing;
using Process = System.Diagnostics.Process;

namespace Weir.Center.Tests.Tetragon;

/// <summary>Events from an export and from an agent, on their way to who asks.</summary>
public sealed partial class ProcessEventTests : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private static readonly TetragonLimits s_quick = new() { PollInterval = TimeSpan.FromMilliseconds(20), MaxBackoff = TimeSpan.FromMilliseconds(50) };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-tetragon-");

    private string Export => Path.Combine(_folder.FullName, "tetragon.log");

    [SkippableFact]
    public async Task Events_of_the_export_are_stored_once_and_told_newest_first()
    {
        var lines = EventReaderTests.Documented();
        await File.WriteAllLinesAsync(Export, [.. lines, .. lines, "no event", "{}"]);
        await using var center = await Start(new TetragonOptions { Exports = [Export], Limits = s_quick });
        await TestCenter.Until(async () => Counter(await center.Json("/api/v1/process-events"), "stored") == 40);
        var answer = await center.Json("/api/v1/process-events?limit=1000");
        Assert.Equal((true, JsonValueKind.Null), (answer.GetProperty("available").GetBoolean(), answer.GetProperty("reason").ValueKind));
        Assert.Equal((80, 1, 1), (Counter(answer, "events"), Counter(answer, "skipped"), Counter(answer, "malformed")));
        var times = answer.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("time").GetDateTime()).ToList();
        Assert.Equal(40, times.Count);
        Assert.Equal(times.OrderDescending(), times);
        var jobs = await center.Json("/api/v1/process-events?namespace=tenant-jobs&pod=elasticsearch-56f8fc6988-pb8c7&type=process_connect");
        var one = Assert.Single(jobs.GetProperty("events").EnumerateArray(), one => one.GetProperty("binary").GetString() == "/usr/bin/curl");
        Assert.Equal(
            ("2022-01-19T16:29:02.021Z", "connect", "minikube", "elasticsearch", 115153, "/bin/bash", "142.250.180.196:80"),
            (one.GetProperty("time").GetString(), one.GetProperty("type").GetString(), one.GetProperty("node").GetString(), one.GetProperty("container").GetString(),
                one.GetProperty("pid").GetInt32(), one.GetProperty("parentBinary").GetString(), one.GetProperty("destination").GetString()));
        Assert.Empty((await center.Json("/api/v1/process-events?namespace=nowhere")).GetProperty("events").EnumerateArray());
        Assert.Empty((await center.Json("/api/v1/process-events?from=-1h")).GetProperty("events").EnumerateArray());
        Assert.Single((await center.Json("/api/v1/process-events?to=2023-01-01&limit=1")).GetProperty("events").EnumerateArray());
        foreach (var wrong in new[] { "type=hack", "limit=0", "limit=1001", "from=yesterday", "to=x" })
            Assert.Equal(HttpStatusCode.BadRequest, (await center.Get($"/api/v1/process-events?{wrong}")).StatusCode);
    }

    [Fact]
    public async Task The_export_is_followed_through_a_rotation()
    {
        await using var center = await Start(new TetragonOptions { Exports = [Export], Limits = s_quick });
        await TestCenter.Until(async () => (await center.Json("/api/v1/process-events")).GetProperty("reason").GetString()?.Contains("is not there", StringComparison.Ordinal) == true);
        await File.WriteAllTextAsync(Export, Line(1) + "\n");
        await Stored(center, 1);
        await File.AppendAllTextAsync(Export, Line(2) + "\n");
        File.Move(Export, Export + ".1");
        await File.WriteAllTextAsync(Export, Line(3) + "\n");
        await Stored(center, 3);
        var recent = await center.Json("/api/events?minutes=5");
        Assert.Equal("/bin/tool --number 3", recent.EnumerateArray().First(one => one.GetProperty("command").GetString()!.EndsWith('3')).GetProperty("command").GetString());
        Assert.Equal("process", recent[0].GetProperty("event").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await center.Get("/api/events?minutes=0")).StatusCode);
    }

    [Fact]
    public async Task Calls_of_the_same_pod_and_process_at_that_time_are_named()
    {
        await using var center = await Start(new TetragonOptions { Exports = [Export], Limits = s_quick with { MaxExchanges = 2 } });
        var now = DateTimeOffset.UtcNow;
        var ids = new List<string>();
        // Of the process, of another one, of an unknown one, of another pod, and of another time.
        foreach (var (pod, pid, at) in new[] { ("web-1", 42, now), ("web-1", 43, now), ("web-1", 0, now), ("web-2", 42, now), ("web-1", 42, now.AddMinutes(-5)) })
        {
            var exchange = Respond.Site.Make(at);
            (exchange.Client.Namespace, exchange.Client.Pod, exchange.Client.ProcessId) = ("shop", pod, pid);
            exchange.Id = Ids.Next(exchange.StartedAtNs);
            ids.Add(exchange.Id.ToString());
            center.Host.Ingest.Write(exchange);
        }

        await TestCenter.Until(() => center.Host.Store.Count == 5);
        await File.WriteAllTextAsync(Export, Line(1, now, "web-1", 42) + "\n" + Line(2, now, "web-9", 42) + "\n" + Line(3, now, "", 42) + "\n");
        await Stored(center, 3);
        var events = (await center.Json("/api/v1/process-events")).GetProperty("events").EnumerateArray().ToDictionary(one => one.GetProperty("arguments").GetString()!, one => one.GetProperty("exchanges"));
        Assert.Equal(new[] { ids[0], ids[2] }.Order(), events["--number 1"].EnumerateArray().Select(one => one.GetString()!).Order());
        Assert.Equal((0, 0), (events["--number 2"].GetArrayLength(), events["--number 3"].GetArrayLength()));
    }

    [Fact]
    public async Task A_join_looks_at_so_many_calls_and_says_when_there_were_more()
    {
        await using var center = await Start(new TetragonOptions { Exports = [Export], Limits = s_quick with { MaxJoinedCalls = 1, JoinWindow = TimeSpan.FromSeconds(1) } });
        await File.WriteAllTextAsync(Export, Line(1, DateTimeOffset.UtcNow.AddHours(-1), "web-1", 42) + "\n" + Line(2, DateTimeOffset.UtcNow, "web-1", 42) + "\n");
        await Stored(center, 2);
        Assert.True((await center.Json("/api/v1/process-events")).GetProperty("joinComplete").GetBoolean());
        for (var i = 0; i < 1500; i++)
        {
            var exchange = Respond.Site.Make(DateTimeOffset.UtcNow.AddMinutes(-10));
            exchange.Id = Ids.Next(exchange.StartedAtNs);
            center.Host.Ingest.Write(exchange);
        }

        await TestCenter.Until(() => center.Host.Store.Count == 1500);
        Assert.False((await center.Json("/api/v1/process-events")).GetProperty("joinComplete").GetBoolean());
    }

    [SkippableTheory]
    [InlineData("tcp")]
    [InlineData("unix")]
    public async Task Events_of_an_agent_come_over_gRPC(string way)
    {
        Skip.IfNot(HasGrpc(), "needs python3-grpcio");
        var parser = new JsonParser(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
        using (var file = File.Create(Path.Combine(_folder.FullName, "events.bin")))
        {
            for (var i = 0; i < 40; i++)
            {
                var message = parser.Parse<GetEventsResponse>(Line(i)).ToByteArray();
                var size = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(size, message.Length);
                file.Write(size);
                file.Write(message);
            }
        }

        var socket = Path.Combine(_folder.FullName, "tetragon.sock");
        using var peer = new Peer(way == "unix" ? $"unix:{socket}" : "127.0.0.1:0", Path.Combine(_folder.FullName, "events.bin"));
        var port = await peer.Said(Serving());
        var address = way == "unix" ? $"unix://{socket}" : $"127.0.0.1:{port}";
        await using var center = await Start(new TetragonOptions { Agents = [new TetragonAgent(address)], Limits = s_quick });
        await Stored(center, 40);
        var answer = await center.Json("/api/v1/process-events");
        Assert.Equal((true, address), (answer.GetProperty("available").GetBoolean(), answer.GetProperty("sources")[0].GetProperty("address").GetString()));
        // deny_list { health_check { value: true } }, by the numbers of the wire.
        Assert.Equal("12041a020801", await peer.Said(Asked()));
    }

    [SkippableFact]
    public async Task An_agent_that_goes_and_comes_again_is_asked_again()
    {
        Skip.IfNot(HasGrpc(), "needs python3-grpcio");
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, "none.bin"), []);
        var socket = Path.Combine(_folder.FullName, "tetragon.sock");
        await using var center = await Start(new TetragonOptions { Agents = [new TetragonAgent($"unix://{socket}")], Limits = s_quick });
        await TestCenter.Until(async () => !(await center.Json("/api/v1/process-events")).GetProperty("available").GetBoolean());
        for (var i = 0; i < 2; i++)
        {
            using var peer = new Peer($"unix:{socket}", Path.Combine(_folder.FullName, "none.bin"));
            await peer.Said(Asked());
            peer.Dispose();
            File.Delete(socket);
            await TestCenter.Until(async () => (await center.Json("/api/v1/process-events")).GetProperty("sources")[0].GetProperty("error").ValueKind == JsonValueKind.String);
        }
    }

    [Fact]
    public async Task Without_a_source_it_is_not_available_and_says_what_is_missing()
    {
        await using var center = await TestCenter.Start();
        var answer = await center.Json("/api/v1/process-events");
        Assert.False(answer.GetProperty("available").GetBoolean());
        Assert.Contains("section tetragon", answer.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("[]", (await center.Json("/api/events")).GetRawText());
    }

    [Fact]
    public void So_many_events_are_kept_and_each_once()
    {
        using var store = new ProcessEventStore(Path.Combine(_folder.FullName, "events.db"));
        ProcessEvent One(int n) => new() { TimeNs = n, Type = "exec", Pod = "p", Binary = $"/{n}" };
        Assert.Equal(10, store.Append(Enumerable.Range(0, 10).Select(One), 5));
        Assert.Equal(["/9", "/8", "/7", "/6", "/5"], store.Query(new ProcessEventQuery()).Select(one => one.Binary));
        Assert.Equal(0, store.Append([One(7), One(7)], 5));
        Assert.Equal(["/7", "/6"], store.Query(new ProcessEventQuery { FromNs = 6, ToNs = 8 }).Select(one => one.Binary));
        Assert.Equal(5, store.Query(new ProcessEventQuery { Pod = "p", Type = "exec" }).Count);
        Assert.Empty(store.Query(new ProcessEventQuery { Pod = "' OR 1=1 --" }));
    }

    [Fact]
    public async Task Events_that_find_the_queue_full_are_counted()
    {
        await File.WriteAllLinesAsync(Export, Enumerable.Range(0, 5000).Select(n => Line(n)));
        await using var center = await Start(new TetragonOptions { Exports = [Export], Limits = s_quick with { MaxQueued = 1 } });
        await TestCenter.Until(async () =>
        {
            var answer = await center.Json("/api/v1/process-events?limit=1");
            return Counter(answer, "dropped") > 0 && Counter(answer, "events") + Counter(answer, "dropped") == 5000;
        });
    }

    [Theory]
    [InlineData("unix:///var/run/tetragon/tetragon.sock", true)]
    [InlineData("localhost:54321", true)]
    [InlineData("[::1]:54321", true)]
    [InlineData("tetragon.kube-system.svc:54321", true)]
    [InlineData("unix://relative", false)]
    [InlineData("unix:///", false)]
    [InlineData("localhost", false)]
    [InlineData("localhost:0", false)]
    [InlineData("localhost:99999", false)]
    [InlineData("http://x:1", false)]
    [InlineData("a b:1", false)]
    public void Addresses_of_agents_are_checked(string text, bool valid) => Assert.Equal(valid, AgentAddress.IsOne(text));

    public void Dispose() => _folder.Delete(recursive: true);

    private static Weir.Records.ExchangeIdGenerator Ids { get; } = new();

    private static Task<TestCenter> Start(TetragonOptions options) => TestCenter.Start(o => o with { Tetragon = options });

    private static Task Stored(TestCenter center, int count) => TestCenter.Until(async () => Counter(await center.Json("/api/v1/process-events?limit=1"), "stored") == count);

    private static int Counter(JsonElement answer, string name) => answer.GetProperty("counters").GetProperty(name).GetInt32();

    private static string Line(int number, DateTimeOffset? at = null, string pod = "web-1", int pid = 7) => string.Create(CultureInfo.InvariantCulture, $$$"""
        {"process_exec":{"process":{"exec_id":"e{{{number}}}","pid":{{{pid}}},"binary":"/bin/tool","arguments":"--number {{{number}}}"{{{(pod.Length > 0 ? $",\"pod\":{{\"namespace\":\"shop\",\"name\":\"{pod}\"}}" : "")}}}}},"node_name":"n","time":"{{{(at ?? DateTimeOffset.UtcNow).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}}"}
        """);

    private static bool HasGrpc()
    {
        if (!File.Exists(Python)) return false;
        using var probe = Process.Start(new ProcessStartInfo(Python, ["-c", "import grpc"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        return probe.ExitCode == 0;
    }

    [GeneratedRegex(@"serving on (\d+)")]
    private static partial Regex Serving();

    [GeneratedRegex("asked ([0-9a-f]+)")]
    private static partial Regex Asked();

    /// <summary>sensor_peer.py in a process of its own.</summary>
    private sealed class Peer : IDisposable
    {
        private readonly Process _process;
        private readonly StringBuilder _said = new();

        public Peer(string address, string events)
        {
            _process = Process.Start(new ProcessStartInfo(Python, [RepositoryRoot.Combine("test/Weir.Center.Tests/Tetragon/sensor_peer.py"), address, events]) { RedirectStandardOutput = true })!;
            _process.OutputDataReceived += (_, line) =>
            {
                lock (_said) _said.AppendLine(line.Data);
            };
            _process.BeginOutputReadLine();
        }

        public async Task<string> Said(Regex what)
        {
            await TestCenter.Until(() =>
            {
                lock (_said) return what.IsMatch(_said.ToString());
            });
            lock (_said) return what.Match(_said.ToString()).Groups[1].Value;
        }

        public void Dispose()
        {
            if (!_process.HasExited) _process.Kill();
            _process.WaitForExit();
        }
    }
}
