using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Weir.Testing.Alerts;

/// <summary>A receiver of alerts for tests: strict about what it gets, and failing, throttling, silent or gone on demand.</summary>
internal abstract class StandIn : IAsyncDisposable
{
    private readonly ConcurrentQueue<(int Status, int? RetryAfterSeconds)> _faults = new();
    private WebApplication? _application;
    private int _port;

    /// <summary>What was wrong with requests, in words: empty at the end of a good test.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    public int Requests { get; private set; }

    public Uri Address => new($"http://127.0.0.1:{_port}");

    /// <summary>The answer to the next request comes after it was taken, and does not arrive.</summary>
    public bool LoseNextAnswer { get; set; }

    /// <summary>The next requests are answered so, and not taken.</summary>
    public void Fail(int status, int times = 1, int? retryAfterSeconds = null)
    {
        for (var i = 0; i < times; i++) _faults.Enqueue((status, retryAfterSeconds));
    }

    public bool IsFailing => !_faults.IsEmpty;

    /// <summary>Starts, after <see cref="StopAsync"/> on the same port.</summary>
    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        _application = builder.Build();
        _application.Run(Handle);
        await _application.StartAsync();
        _port = new Uri(_application.Urls.First()).Port;
    }

    public async Task StopAsync()
    {
        if (_application is null) return;
        await _application.StopAsync();
        await _application.DisposeAsync();
        _application = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Status and body of the answer.</summary>
    protected abstract (int Status, string Body) Take(HttpRequest request, byte[] body);

    protected (int Status, string Body) Refuse(int status, string complaint)
    {
        Complaints.Enqueue(complaint);
        return (status, complaint);
    }

    private async Task Handle(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Requests++;
        if (_faults.TryDequeue(out var fault))
        {
            if (fault.RetryAfterSeconds is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            context.Response.StatusCode = fault.Status;
            return;
        }

        var (status, text) = Take(context.Request, body.ToArray());
        if (LoseNextAnswer)
        {
            LoseNextAnswer = false;
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
        if (status != 204) await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
    }
}
