using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Live;

/// <summary>HTTP/2 between real peers across a veth pair: nginx, nghttpd and nghttpx answer curl, nghttp and h2load.</summary>
public sealed class Http2Tests(ITestOutputHelper log)
{
    private const string Nginx = """
        daemon off;
        master_process off;
        worker_processes 1;
        error_log stderr warn;
        pid nginx.pid;
        events { worker_connections 512; }
        http {
          log_format calls '$request_method $request_uri $status';
          access_log access.log calls;
          keepalive_requests 1000000;
          client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi; scgi_temp_path scgi;
          server {
            listen 198.18.0.1:8080 http2;
            root FOLDER/www;
            location / { default_type application/json; return 200 '{"uri":"$request_uri"}\n'; }
            location /missing { return 404; }
            location /files/ { alias FOLDER/www/; }
          }
          server {
            listen 127.0.0.1:8081;
            location / { default_type application/json; return 200 '{"uri":"$request_uri"}\n'; }
          }
        }
        """;

    private static string Url => $"http://{NetworkLab.ServerAddress}:8080";

    private static void SkipUnless(params string[] tools)
    {
        Skip.IfNot(NetworkLab.MissingTool is null, $"needs {NetworkLab.MissingTool}");
        Skip.IfNot(tools.All(Child.Exists), $"needs {string.Join(", ", tools.Where(tool => !Child.Exists(tool)))}");
    }

    [SkippableTheory]
    [InlineData("ring")]
    [InlineData("libpcap")]
    public async Task Every_request_that_nginx_logged_is_an_exchange(string plane)
    {
        SkipUnless("nghttp", "h2load");
        var folder = Folder();
        await using var lab = await NetworkLab.Create();
        using var nginx = await StartNginx(lab, folder);
        var (records, errors) = await Watch(lab, folder, plane, async () =>
        {
            // One at a time: Debian's curl 7.88 fails to reuse a connection that it opened with prior knowledge.
            foreach (var path in new[] { "/curl?a=b", "/missing", "/files/big.bin" })
                await Ask(lab, "curl", "-s", "--http2-prior-knowledge", Url + path, "-o", "/dev/null");
            await Ask(lab, "nghttp", "-n", $"{Url}/nghttp", $"{Url}/files/small.txt", $"{Url}/files/big.bin", "-p", "7");
            await Ask(lab, "nghttp", "-n", "--header-table-size=0", $"{Url}/none", $"{Url}/none");
            await Ask(lab, "nghttp", "-n", "--header-table-size=65536", "--encoder-header-table-size=0", "--continuation", $"{Url}/large", $"{Url}/large");
            log.WriteLine(await Ask(lab, "h2load", "-n", "4000", "-c", "8", "-m", "16", $"{Url}/load/1", $"{Url}/missing", $"{Url}/files/small.txt"));
        });
        log.WriteLine(errors);
        nginx.Signal("QUIT");
        await nginx.Finish(TimeSpan.FromSeconds(30));

        var logged = await File.ReadAllLinesAsync(Path.Combine(folder, "access.log"));
        Assert.True(logged.Length > 4000, $"too little load to prove anything: {logged.Length}");
        Assert.Equal(logged.Order(StringComparer.Ordinal), records.Select(Line).Order(StringComparer.Ordinal));
        Assert.All(records, record => Assert.True(record.GetProperty("complete").GetBoolean(), record.GetRawText()));
        Assert.All(records, record => Assert.Equal("HTTP/2", record.GetProperty("protocol").GetString()));
        Assert.All(records, record => Assert.Equal(0, record.GetProperty("anomalies").GetArrayLength()));
        Assert.Equal(2, records.Count(record => record.GetProperty("response").GetProperty("bodyBytes").GetInt64() == 300_000));
        Directory.Delete(folder, recursive: true);
    }

    [SkippableFact]
    public async Task A_capture_that_begins_in_the_middle_of_connections_is_never_wrong()
    {
        SkipUnless("h2load");
        var folder = Folder();
        await using var lab = await NetworkLab.Create();
        using var nginx = await StartNginx(lab, folder);
        using var load = NetworkLab.In(lab.Client, "h2load", "-D", "6", "-c", "4", "-m", "3", "--rps", "40",
            $"{Url}/one", $"{Url}/two?x=1", $"{Url}/files/small.txt", $"{Url}/missing");
        await Task.Delay(1500);
        var (records, errors) = await Watch(lab, folder, "ring", async () => await load.Finish(TimeSpan.FromSeconds(60)));
        log.WriteLine(errors);
        log.WriteLine($"{records.Count} records");
        Assert.True(records.Count > 200, $"too little seen: {records.Count}");
        Assert.All(records, record => Assert.Equal("HTTP/2", record.GetProperty("protocol").GetString()));
        // A few are cut by the start of the capture; all others are whole, but for fields from before it.
        Assert.InRange(records.Count(record => !record.GetProperty("complete").GetBoolean() && !Lacks(record)), 0, 24);
        Assert.All(records.Where(Lacks), record => Assert.False(record.GetProperty("complete").GetBoolean()));
        var told = 0;
        foreach (var record in records.Where(record => record.GetProperty("complete").GetBoolean() || Lacks(record)))
        {
            var (request, response) = (record.GetProperty("request"), record.GetProperty("response"));
            if (request.ValueKind == JsonValueKind.Null || response.ValueKind == JsonValueKind.Null)
            {
                // The other message was before the start, or after the end.
                Assert.False(record.GetProperty("complete").GetBoolean(), record.GetRawText());
                continue;
            }

            var path = request.GetProperty("path").GetString() ?? "";
            var body = response.GetProperty("body").GetString() ?? "";
            if (body.StartsWith("{\"uri\":", StringComparison.Ordinal) && path.Length > 0)
            {
                told++;
                Assert.StartsWith($"{{\"uri\":\"{path}", body, StringComparison.Ordinal);
            }

            if (path.Length == 0) Assert.True(Lacks(record), record.GetRawText());
        }

        log.WriteLine($"{told} of them tell their path");
        Directory.Delete(folder, recursive: true);
    }

    [SkippableFact]
    public async Task An_upgrade_from_HTTP_1_is_one_exchange_with_the_response_of_stream_1()
    {
        SkipUnless("nghttpx", "nghttp");
        var folder = Folder();
        await using var lab = await NetworkLab.Create();
        using var nginx = await StartNginx(lab, folder, "QUIET");
        using var proxy = NetworkLab.In(lab.Server, "nghttpx", "--conf=/dev/null", "-f", $"{NetworkLab.ServerAddress},8082;no-tls", "-b", "127.0.0.1,8081",
            "--workers=1", "--single-process", "--no-ocsp");
        await Task.Delay(1000);
        var url = $"http://{NetworkLab.ServerAddress}:8082";
        var (records, errors) = await Watch(lab, folder, "ring", async () =>
        {
            log.WriteLine(await Ask(lab, "curl", "-sv", "--http2", $"{url}/up?a=b", $"{url}/second"));
            await Ask(lab, "nghttp", "-nu", $"{url}/nghttp");
        }, "8082");
        log.WriteLine(errors);
        log.WriteLine(string.Join('\n', records));
        Assert.Equal(3, records.Count);
        Assert.Equal(["GET /nghttp 200", "GET /second 200", "GET /up?a=b 200"], records.Select(Line).Order(StringComparer.Ordinal));
        foreach (var record in records)
        {
            Assert.True(record.GetProperty("complete").GetBoolean());
            Assert.Equal("HTTP/2", record.GetProperty("protocol").GetString());
            Assert.Contains(record.GetProperty("request").GetProperty("path").GetString()!, record.GetProperty("response").GetProperty("body").GetString());
        }

        var up = records.Single(record => record.GetProperty("request").GetProperty("path").GetString() == "/up");
        Assert.Equal(1, up.GetProperty("streamId").GetInt32());
        Assert.Equal(["protocol_switched"], up.GetProperty("anomalies").EnumerateArray().Select(one => one.GetString()));
        Directory.Delete(folder, recursive: true);
    }

    [SkippableFact]
    public async Task Trailers_padding_and_pushes_of_nghttpd_are_read()
    {
        SkipUnless("nghttpd", "nghttp");
        var folder = Folder();
        await using var lab = await NetworkLab.Create();
        using var server = NetworkLab.In(lab.Server, "nghttpd", "--no-tls", "-a", NetworkLab.ServerAddress, "8080", "-d", Path.Combine(folder, "www"),
            "--trailer=x-sum: 42", "-b", "200", "-p", "/small.txt=/pushed.txt");
        await Task.Delay(700);
        var (records, errors) = await Watch(lab, folder, "ring", async () =>
            await Ask(lab, "nghttp", "-n", "-b", "100", "-d", Path.Combine(folder, "www/small.txt"), "--trailer=x-up: 1", $"{Url}/small.txt", $"{Url}/big.bin"));
        log.WriteLine(errors);
        Assert.Equal(["GET /pushed.txt 200", "POST /big.bin 200", "POST /small.txt 200"], records.Select(Line).Order(StringComparer.Ordinal));
        Assert.All(records, record => Assert.True(record.GetProperty("complete").GetBoolean(), record.GetRawText()));
        Assert.All(records, record => Assert.Equal("""[["x-sum","42"]]""", record.GetProperty("response").GetProperty("trailers").GetRawText()));
        var posts = records.Where(record => record.GetProperty("request").GetProperty("method").GetString() == "POST").ToList();
        Assert.All(posts, record => Assert.Equal("""[["x-up","1"]]""", record.GetProperty("request").GetProperty("trailers").GetRawText()));
        Assert.All(posts, record => Assert.Equal("small\n", record.GetProperty("request").GetProperty("body").GetString()));
        Assert.Equal(300_000, records.Single(record => Line(record) == "POST /big.bin 200").GetProperty("response").GetProperty("bodyBytes").GetInt64());
        Assert.Equal(0, records.Single(record => Line(record) == "GET /pushed.txt 200").GetProperty("streamId").GetInt32() % 2);
        Directory.Delete(folder, recursive: true);
    }

    private static bool Lacks(JsonElement record) =>
        record.GetProperty("anomalies").EnumerateArray().Any(one => one.GetString() == "header_unknown");

    private static string Folder()
    {
        var folder = Directory.CreateTempSubdirectory("weir-http2-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "www"));
        File.WriteAllText(Path.Combine(folder, "www/small.txt"), "small\n");
        File.WriteAllText(Path.Combine(folder, "www/pushed.txt"), "pushed\n");
        var big = new byte[300_000];
        new Random(1).NextBytes(big);
        File.WriteAllBytes(Path.Combine(folder, "www/big.bin"), big);
        return folder;
    }

    private static async Task<Child> StartNginx(NetworkLab lab, string folder, string name = "nginx")
    {
        var file = Path.Combine(folder, name + ".conf");
        await File.WriteAllTextAsync(file, Nginx.Replace("FOLDER", folder, StringComparison.Ordinal));
        var nginx = NetworkLab.In(lab.Server, "nginx", "-p", folder, "-c", file);
        await Task.Delay(500);
        return nginx;
    }

    private static async Task<string> Ask(NetworkLab lab, string tool, params IEnumerable<string> arguments)
    {
        using var client = NetworkLab.In(lab.Client, tool, arguments);
        var (code, output, errors) = await client.Finish(TimeSpan.FromSeconds(60));
        Assert.True(code == 0, $"{tool} ended with {code}: {output}{errors}");
        return output + errors;
    }

    /// <summary>Runs weir on the server's side while something happens, and returns its records.</summary>
    private static async Task<(IReadOnlyList<JsonElement> Records, string Errors)> Watch(
        NetworkLab lab, string folder, string plane, Func<Task> happening, string port = "8080")
    {
        var calls = Path.Combine(folder, "calls.jsonl");
        using var weir = NetworkLab.In(lab.Server, "dotnet", WeirCommand.Assembly, "sniff", "-i", NetworkLab.ServerDevice, "-p", port,
            "--source", plane, "-o", $"jsonl:{calls}");
        await weir.WaitForError("capturing on", TimeSpan.FromSeconds(30));
        await happening();
        await Task.Delay(700);
        weir.Signal("TERM");
        var (code, _, errors) = await weir.Finish(TimeSpan.FromSeconds(30));
        Assert.Equal(130, code);
        return (WeirCommand.Records(await File.ReadAllTextAsync(calls)), errors);
    }

    private static string Line(JsonElement record)
    {
        var request = record.GetProperty("request");
        var query = request.GetProperty("query").GetString();
        return $"{request.GetProperty("method").GetString()} {request.GetProperty("path").GetString()}{(query?.Length > 0 ? "?" : "")}{query} "
            + (record.GetProperty("response") is { ValueKind: JsonValueKind.Object } response ? response.GetProperty("status").GetInt32() : -1);
    }
}
