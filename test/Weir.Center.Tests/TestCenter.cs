using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.Center.Api;
using Weir.Center.Auth;
using Weir.Center.Hosting;
using Weir.Records.Status;

namespace Weir.Center.Tests;

/// <summary>A center on a free port with a store in a directory of its own, deleted at the end. <see cref="Http"/> is its administrator.</summary>
internal sealed class TestCenter : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory;

    private TestCenter(string directory, CenterHost host)
    {
        (_directory, Host) = (directory, host);
        Http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = new Uri(host.Address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)) };
        if (host.Accounts.Options.Enabled) Http.DefaultRequestHeaders.Authorization = new("Bearer", Token(host));
    }

    /// <summary>An access token of the first administrator.</summary>
    public static string Token(CenterHost host) => host.Accounts.Issue(host.Accounts.Users.Find(Accounts.FirstUser)!).Token;

    public CenterHost Host { get; }

    public HttpClient Http { get; }

    public static CenterOptions Options(string directory) => new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        DataDirectory = directory,
        MaxAge = TimeSpan.FromDays(40_000),
        Assets = typeof(TestCenter).Assembly,
        // As many rounds as it takes to be slow would only be slow here.
        Auth = new AuthOptions { PasswordRounds = 1000 },
    };

    public static async Task<TestCenter> Start(Func<CenterOptions, CenterOptions>? change = null)
    {
        var directory = Directory.CreateTempSubdirectory("weir-center-").FullName;
        var options = Options(directory);
        var host = CenterHost.Create(change is null ? options : change(options));
        await host.StartAsync(CancellationToken.None);
        return new TestCenter(directory, host);
    }

    public Task<HttpResponseMessage> Get(string path, params (string Name, string Value)[] headers) => Send(HttpMethod.Get, path, headers);

    public async Task<HttpResponseMessage> Send(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<JsonElement> Json(string path) => await Body(await Get(path));

    public static async Task<JsonElement> Body(HttpResponseMessage response)
    {
        using (response)
        {
            using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return document.RootElement.Clone();
        }
    }

    public void Ingest(int from, int count)
    {
        for (var n = from; n < from + count; n++) Host.Ingest.Write(Calls.Make(n));
    }

    public async Task IngestStored(int from, int count)
    {
        var before = Host.Store.Count;
        Ingest(from, count);
        await Until(() => Host.Store.Count == before + count);
    }

    /// <summary>The ingest counters, also after the center stopped.</summary>
    public JsonElement IngestCounters()
    {
        var section = new StatusSection();
        ((IStatusSource)Host.Ingest).Report(section);
        return JsonSerializer.SerializeToElement(section.ToJson());
    }

    public static Task Until(Func<bool> condition) => Until(() => Task.FromResult(condition()));

    public static async Task Until(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, "what the test waits for did not happen");
            await Task.Delay(20);
        }
    }

    /// <summary>Sends bytes as they are and returns everything until the server closes, or until <paramref name="end"/> shows.</summary>
    public async Task<string> Raw(string request, Func<string, bool>? end = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Http.BaseAddress!.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var patience = new CancellationTokenSource(Patience);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (end?.Invoke(answer.ToString()) != true)
        {
            var read = await stream.ReadAsync(buffer, patience.Token);
            if (read == 0) break;
            answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        return answer.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
