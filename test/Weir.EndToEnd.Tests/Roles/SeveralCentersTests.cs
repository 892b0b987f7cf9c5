using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Storage.Tests.ClickHouse;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>Two centers as they are built, over one ClickHouse server of Debian.</summary>
public sealed class SeveralCentersTests(ITestOutputHelper log) : IDisposable
{
    private const int BatchCalls = 100;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-centers-").FullName;
    private readonly HttpClient _http = new() { Timeout = s_patience };
    private readonly long _now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    [SkippableFact]
    public async Task Each_call_is_once_on_every_centers_stream_and_a_killed_center_breaks_no_other()
    {
        Skip.If(ClickHouseServer.Missing is not null, ClickHouseServer.Missing);
        using var server = new ClickHouseServer();
        server.Start();
        var (one, other) = (SharedCenters.Address(), SharedCenters.Address());
        using var killed = await SharedCenters.Start(server, _folder, one, "one");
        using var second = await SharedCenters.Start(server, _folder, other, "other");
        using var first = await CenterStream.Open(one);
        using var stream = await CenterStream.Open(other);

        await Task.WhenAll(Send(one, 0, 3), Send(other, 40, 3));
        foreach (var each in (CenterStream[])[first, stream])
        {
            await each.WaitFor(6 * BatchCalls, s_patience);
            Assert.Equal(6 * BatchCalls, each.Ids.Distinct().Count());
            Assert.Equal(6 * BatchCalls, each.Ids.Count);
        }

        // Killed within a load that goes to both; what it did not acknowledge goes to the other.
        var dying = SendUntilRefused(one, 80, 400);
        var living = Send(other, 1000, 4);
        await first.WaitFor(first.Ids.Count + (3 * BatchCalls), s_patience);
        killed.Signal("KILL");
        await killed.Finish(s_patience);
        var acknowledged = await dying;
        await living;
        await first.Reading;
        Assert.True(acknowledged < 400, "the center was killed too late");
        await Send(other, 80 + acknowledged, 2);
        var all = (6 + 4 + acknowledged + 2) * BatchCalls;
        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{all} calls, {acknowledged} batches acknowledged by the center that was killed; its stream showed {first.Ids.Count}"));
        await stream.WaitFor(all, s_patience);

        // Another begins in the place of the one that was killed; and the one that lived is still followed.
        using var again = await SharedCenters.Start(server, _folder, one, "one");
        using var third = await CenterStream.Open(one);
        await Send(other, 2000, 1);
        await Send(one, 3000, 1);
        all += 2 * BatchCalls;
        await stream.WaitFor(all, s_patience);
        await third.WaitFor(2 * BatchCalls, s_patience);
        foreach (var (each, count) in new[] { (stream, all), (third, 2 * BatchCalls) })
        {
            Assert.Equal(count, each.Ids.Count);
            Assert.Equal(count, each.Ids.Distinct().Count());
            Assert.Empty(each.Notices);
        }

        Assert.Equal(first.Ids.Count, first.Ids.Distinct().Count());
        Assert.Empty(first.Ids.Except(stream.Ids));
        Assert.Equal(all, await Stored(other));
        foreach (var center in (Child[])[again, second])
        {
            center.Signal("TERM");
            var (_, _, errors) = await center.Finish(s_patience);
            Assert.DoesNotContain("cannot be shown", errors, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Who_may_log_in_is_known_at_every_center_and_outlives_the_one_that_made_it()
    {
        Skip.If(ClickHouseServer.Missing is not null, ClickHouseServer.Missing);
        using var server = new ClickHouseServer();
        server.Start();
        var (one, other) = (SharedCenters.Address(), SharedCenters.Address());
        using var killed = await SharedCenters.Start(server, _folder, one, "one");
        using var second = await SharedCenters.Start(server, _folder, other, "other");
        using var admin = await Login.Open(one);

        // What one center signed or made is good at the other at once.
        using var there = new HttpClient { BaseAddress = new Uri(other) };
        there.DefaultRequestHeaders.Authorization = admin.DefaultRequestHeaders.Authorization;
        Assert.Equal(HttpStatusCode.OK, await Ask(there));
        using (await Json(admin, HttpMethod.Post, "/api/v1/users", """{"name":"eve","role":"viewer","password":"some-long-words-of-hers"}""")) { }
        using var token = await Json(admin, HttpMethod.Post, "/api/v1/tokens", """{"name":"reports","role":"viewer"}""");
        using var program = new HttpClient { BaseAddress = new Uri(other) };
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.RootElement.GetProperty("token").GetString());
        Assert.Equal(HttpStatusCode.OK, await Ask(program));

        killed.Signal("KILL");
        await killed.Finish(s_patience);
        var (name, value) = await Login.Session(other, "eve", "some-long-words-of-hers");
        Assert.Equal(HttpStatusCode.OK, await Ask(there));

        // A center that begins with nothing of its own knows them all, and what it ends is over at the other.
        using var third = await SharedCenters.Start(server, _folder, one, "third");
        using var eve = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(one) };
        eve.DefaultRequestHeaders.Add("Cookie", $"{name}={value}");
        // A browser sees one address, whichever center is behind it.
        eve.DefaultRequestHeaders.Host = new Uri(other).Authority;
        Assert.Equal(HttpStatusCode.OK, await Ask(eve));
        using (await Json(there, HttpMethod.Patch, "/api/v1/users/eve", """{"disabled":true}""")) { }
        using (var gone = await there.DeleteAsync(new Uri($"/api/v1/tokens/{token.RootElement.GetProperty("id").GetString()}", UriKind.Relative))) gone.EnsureSuccessStatusCode();
        using var elsewhere = new HttpClient { BaseAddress = new Uri(one) };
        elsewhere.DefaultRequestHeaders.Authorization = program.DefaultRequestHeaders.Authorization;
        await Eventually(async () => await Ask(eve) == HttpStatusCode.Unauthorized && await Ask(elsewhere) == HttpStatusCode.Unauthorized);

        // Who did that is told by whichever is asked.
        using var audit = JsonDocument.Parse(await admin.GetStringAsync(new Uri("/api/v1/audit?kind=change", UriKind.Relative)));
        Assert.Subset(
            audit.RootElement.GetProperty("items").EnumerateArray().Select(line => line.GetProperty("action").GetString()!).ToHashSet(),
            new HashSet<string> { "createUser", "createToken", "changeUser", "deleteToken" });
    }

    private static async Task<HttpStatusCode> Ask(HttpClient http)
    {
        using var answer = await http.GetAsync(new Uri("/api/v1/status", UriKind.Relative));
        return answer.StatusCode;
    }

    private static async Task<JsonDocument> Json(HttpClient http, HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
    }

    private static async Task Eventually(Func<Task<bool>> holds)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < s_patience; await Task.Delay(100))
            if (await holds()) return;
        Assert.Fail($"not within {s_patience}");
    }

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Send(string center, int from, int batches) => Assert.Equal(batches, await SendUntilRefused(center, from, batches));

    /// <summary>Sends batches as a logger does, each under a key of its own; how many were acknowledged.</summary>
    private async Task<int> SendUntilRefused(string center, int from, int batches)
    {
        for (var batch = 0; batch < batches; batch++)
        {
            // The same when it is sent again.
            var now = _now + from + batch;
            var text = new StringBuilder();
            for (var n = 0; n < BatchCalls; n++)
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"""[["request_method","GET"],["request_url","http://shop.example/{from + batch}/{n}"],["response_code","200"],["now","{now}"],["interval","1"]]""").Append('\n');
            }

            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{center}/message")) { Content = new StringContent(text.ToString()) };
            request.Headers.Add("Idempotency-Key", string.Create(CultureInfo.InvariantCulture, $"batch-{from + batch}"));
            try
            {
                using var answer = await _http.SendAsync(request);
                if (!answer.IsSuccessStatusCode) return batch;
            }
            catch (HttpRequestException)
            {
                return batch;
            }
        }

        return batches;
    }

    private static async Task<int> Stored(string center)
    {
        using var http = await Login.Open(center);
        var overview = JsonDocument.Parse(await http.GetStringAsync(new Uri("/api/v1/exchanges/overview?from=-1h", UriKind.Relative))).RootElement;
        return overview.GetProperty("matched").GetInt32();
    }
}
