using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.EndToEnd.Tests.Page;
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
        var (one, other) = (Address(), Address());
        using var killed = await Start(server, one, "one");
        using var second = await Start(server, other, "other");
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
        using var again = await Start(server, one, "one");
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

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Address() => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{RunningWeir.FreePort()}");

    private async Task<Child> Start(ClickHouseServer server, string address, string name)
    {
        var file = Path.Combine(_folder, $"{name}.yaml");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            listen: {new Uri(address).Authority}
            data: {_folder}/{name}
            adminPassword: {Login.Password}
            probes:
              listen: 127.0.0.1:{RunningWeir.FreePort()}
            store:
              url: clickhouse:{server.Address}weir
            """));
        var center = WeirCommand.Start("center", "-c", file);
        await center.WaitForError("shows the calls", s_patience);
        return center;
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
