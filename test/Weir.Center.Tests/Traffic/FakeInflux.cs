using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Weir.Center.Tests.Traffic;

/// <summary>Takes writes as InfluxDB 1.x does: a point with the same tags and time replaces the one before. Answers what the test says.</summary>
internal sealed class FakeInflux : IDisposable
{
    private readonly HttpListener _listener;

    public FakeInflux()
    {
        // HttpListener takes no port 0.
        for (var attempt = 0; ; attempt++)
        {
            Url = new Uri($"http://127.0.0.1:{Random.Shared.Next(20_000, 60_000)}/");
            _listener = new HttpListener();
            _listener.Prefixes.Add(Url.AbsoluteUri);
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (attempt < 20)
            {
                // Somebody has that port, and a listener that could not start is of no use any more.
            }
        }

        _ = Task.Run(Serve);
    }

    public Uri Url { get; }

    /// <summary>Answer to the lines of a request; 204 takes them.</summary>
    public Func<string[], (int Status, string Text)> Answer { get; set; } = static _ => (204, "");

    /// <summary>Values by measurement, tags and time.</summary>
    public ConcurrentDictionary<string, string> Points { get; } = new();

    public ConcurrentQueue<(string Query, string? Authorization, int Lines)> Requests { get; } = new();

    public long Sum => Points.Values.Sum(value => long.Parse(value["size=".Length..^1], System.Globalization.CultureInfo.InvariantCulture));

    public void Dispose() => ((IDisposable)_listener).Dispose();

    private async Task Serve()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            var lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Requests.Enqueue((context.Request.Url!.PathAndQuery, context.Request.Headers["Authorization"], lines.Length));
            var (status, text) = Answer(lines);
            if (status == 204 || text.StartsWith("{\"error\":\"partial write: points", StringComparison.Ordinal))
            {
                foreach (var line in lines)
                {
                    // From the end: names may have blanks.
                    var parts = line.Split(' ');
                    Points[$"{string.Join(' ', parts[..^2])} {parts[^1]}"] = parts[^2];
                }
            }

            context.Response.StatusCode = status;
            if (text.Length > 0) await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
            context.Response.Close();
        }
    }
}
