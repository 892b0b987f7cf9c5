using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace Traffic;

/// <summary>Sends the calls of <see cref="Calls"/> at the asked rate through a few clients, each with its own connections.</summary>
public sealed class Shoppers : IDisposable
{
    private static readonly string[] UserAgents =
    [
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "shop-android/4.2.1", "curl/8.14.1", "partner-sync/0.9",
    ];

    /// <summary>Calls under way at once; a service that hangs slows the traffic down instead of piling up requests.</summary>
    private const int MaxConcurrent = 16;

    private readonly Options _options;
    private readonly Random _random;
    private readonly HttpClient[] _clients;
    private readonly SemaphoreSlim _free = new(MaxConcurrent, MaxConcurrent);
    private readonly SortedDictionary<int, int> _statuses = [];
    private readonly Lock _lock = new();
    private int _failed;

    public Shoppers(Options options)
    {
        _options = options;
        _random = new Random(options.Seed);
        _clients = [.. UserAgents.Select(NewClient)];
    }

    public int Answered
    {
        get
        {
            lock (_lock) return _statuses.Values.Sum();
        }
    }

    public string Summary
    {
        get
        {
            lock (_lock)
            {
                var statuses = string.Join(", ", _statuses.Select(entry => $"{entry.Value} x {entry.Key}"));
                return $"{_statuses.Values.Sum()} calls answered ({statuses}), {_failed} not answered";
            }
        }
    }

    public async Task Run(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / _options.Rate));
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                await _free.WaitAsync(stop);
                _ = Send(_clients[_random.Next(_clients.Length)], Calls.Next(_random));
            }
        }
        catch (OperationCanceledException)
        {
            // Asked to stop: what is under way is awaited below.
        }

        for (var i = 0; i < MaxConcurrent; i++) await _free.WaitAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
        _free.Dispose();
    }

    private async Task Send(HttpClient client, Call call)
    {
        try
        {
            var (service, name) = call.Service == Service.ExampleApi
                ? (_options.ExampleApi, "example-api")
                : (_options.OrderService, "order-service");
            using var request = new HttpRequestMessage(call.Method, new Uri(service, call.Path));
            request.Headers.Host = name;
            if (call.Body is not null) request.Content = JsonContent.Create(call.Body);
            if (call.RawBody is not null)
                request.Content = new StringContent(call.RawBody, System.Text.Encoding.UTF8, "application/json");
            request.Headers.Add("X-Request-Id", Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture));
            using var response = await client.SendAsync(request);
            await response.Content.ReadAsByteArrayAsync();
            lock (_lock) _statuses[(int)response.StatusCode] = _statuses.GetValueOrDefault((int)response.StatusCode) + 1;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            lock (_lock) _failed++;
        }
        finally
        {
            _free.Release();
        }
    }

    private static HttpClient NewClient(string userAgent)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.GZip,
            PooledConnectionLifetime = TimeSpan.FromSeconds(60),
        })
        {
            Timeout = TimeSpan.FromSeconds(10),
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd(userAgent);
        client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        return client;
    }
}
