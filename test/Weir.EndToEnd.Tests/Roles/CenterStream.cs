using System.Net.Http.Headers;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>Follows the live stream of a center as a page does, and keeps what it was shown.</summary>
internal sealed class CenterStream : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Lock _gate = new();
    private readonly List<string> _ids = [];
    private readonly List<string> _notices = [];

    /// <summary>Over when the center has gone.</summary>
    public Task Reading { get; private set; } = Task.CompletedTask;

    /// <summary>Ids of the calls, in order.</summary>
    public IReadOnlyList<string> Ids
    {
        get
        {
            lock (_gate) return [.. _ids];
        }
    }

    /// <summary>Names of other events.</summary>
    public IReadOnlyList<string> Notices
    {
        get
        {
            lock (_gate) return [.. _notices];
        }
    }

    /// <summary>Returns when the stream has begun.</summary>
    public static async Task<CenterStream> Open(string center)
    {
        var stream = new CenterStream();
        stream._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Login.Token(center));
        var response = await stream._http.GetAsync(new Uri($"{center}/api/v1/exchanges/stream"), HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        await lines.ReadLineAsync();
        stream.Reading = Task.Run(() => stream.Read(lines));
        return stream;
    }

    public async Task WaitFor(int count, TimeSpan limit)
    {
        var deadline = DateTime.UtcNow + limit;
        while (Ids.Count < count)
        {
            Assert.True(DateTime.UtcNow < deadline, $"{Ids.Count} of {count} calls were shown; {string.Join(", ", Notices)}");
            await Task.Delay(50);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task Read(StreamReader lines)
    {
        try
        {
            string? name = null;
            while (await lines.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line["event: ".Length..];
                lock (_gate)
                {
                    if (name == "exchange" && line.StartsWith("id: ", StringComparison.Ordinal)) _ids.Add(line["id: ".Length..]);
                    else if (name is not (null or "exchange") && line.StartsWith("data: ", StringComparison.Ordinal)) _notices.Add($"{name} {line}");
                }
            }
        }
        catch (Exception over) when (over is IOException or HttpRequestException or OperationCanceledException)
        {
            // The center was killed, or the test is over.
        }
    }
}
