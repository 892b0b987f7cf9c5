using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Weir.Storage.Traffic;

namespace Weir.Center.Influx;

/// <summary>What became of a request.</summary>
internal enum InfluxOutcome
{
    /// <summary>All points are there, but for those that it dropped for good.</summary>
    Written,
    /// <summary>Not now: the same again later.</summary>
    Retry,
    /// <summary>Something in it is refused, or it is too large: in smaller parts.</summary>
    Split,
}

/// <summary>Writes points with <c>POST /write</c> of the HTTP API of InfluxDB 1.x.</summary>
internal sealed partial class InfluxClient : IDisposable
{
    /// <summary>Bytes of an answer that are read.</summary>
    private const int MaxAnswerBytes = 64 << 10;

    /// <summary>Characters of it that are told.</summary>
    private const int MaxDetail = 300;

    private readonly HttpClient _http;
    private readonly InfluxOptions _options;
    private readonly string _path;

    public InfluxClient(InfluxOptions options)
    {
        _options = options;
        // Redirects would take user and password elsewhere.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = options.Limits.Timeout,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        if (options.Token is { } token) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Token", token);
        else if (options.User is { } user)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{options.Password}")));
        var policy = options.RetentionPolicy is { } name ? $"&rp={Uri.EscapeDataString(name)}" : "";
        _path = $"{options.Url.GetLeftPart(UriPartial.Path).TrimEnd('/')}/write?db={Uri.EscapeDataString(options.Database)}&precision=s{policy}";
    }

    /// <summary>Points that the server dropped although it took the request.</summary>
    public int Dropped { get; private set; }

    /// <summary>What the server said when it was not pleased.</summary>
    public string Detail { get; private set; } = "";

    public async Task<InfluxOutcome> Write(IReadOnlyList<TrafficPoint> points, CancellationToken cancellation)
    {
        (Dropped, Detail) = (0, "");
        var lines = new StringBuilder(96 * points.Count);
        foreach (var point in points) LineProtocol.Write(lines, _options.Measurement, point);
        try
        {
            using var content = new StringContent(lines.ToString(), Encoding.UTF8, "text/plain");
            using var answer = await _http.PostAsync(new Uri(_path), content, cancellation);
            if (answer.IsSuccessStatusCode) return InfluxOutcome.Written;
            // Whatever encoding it names: one that nobody knows would be an error of its own.
            var said = Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(cancellation)).ReplaceLineEndings(" ").Trim();
            Detail = $"{(int)answer.StatusCode} {Short(said)}";
            return Judge(answer.StatusCode, said);
        }
        catch (HttpRequestException failure)
        {
            Detail = Short(failure.Message);
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Detail = string.Create(CultureInfo.InvariantCulture, $"no answer within {_options.Limits.Timeout.TotalSeconds:0} s");
        }

        return InfluxOutcome.Retry;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Of an answer that is none, the client tells all that it got.</summary>
    private static string Short(string text) => text.Length > MaxDetail ? text[..MaxDetail] : text;

    private InfluxOutcome Judge(HttpStatusCode status, string said)
    {
        if (status == HttpStatusCode.RequestEntityTooLarge) return InfluxOutcome.Split;
        // Neither a database that is missing nor a wrong password is the fault of a point.
        if (status != HttpStatusCode.BadRequest) return InfluxOutcome.Retry;
        if (PartialWrite().Match(said) is not { Success: true } partial) return InfluxOutcome.Split;
        Dropped = int.Parse(partial.Groups[1].Value, CultureInfo.InvariantCulture);
        return InfluxOutcome.Written;
    }

    /// <summary>All but the dropped points are written: beyond the retention policy, or of another field type.</summary>
    [GeneratedRegex(@"partial write: .* dropped=([0-9]{1,9})")]
    private static partial Regex PartialWrite();
}
