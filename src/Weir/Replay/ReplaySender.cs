using System.Diagnostics;
using System.Net.Sockets;
using Weir.Cli.HttpFilters;

namespace Weir.Cli.Replay;

/// <summary>Sends requests to one server, at most so many at a time, each as it was captured.</summary>
internal sealed class ReplaySender : IDisposable
{
    private readonly Uri _to;
    private readonly bool _originalHost;
    private readonly TimeSpan _timeout;
    private readonly ReplayReport _report;
    private readonly HttpMessageInvoker _http;
    private readonly SemaphoreSlim _places;
    private readonly int _workers;

    public ReplaySender(Uri to, RequestRewrite rewrite, int workers, TimeSpan timeout, ReplayReport report)
    {
        (_to, _originalHost, _timeout, _report, _workers) = (to, rewrite.OriginalHost, timeout, report, workers);
        _places = new SemaphoreSlim(workers);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxConnectionsPerServer = workers,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        });
    }

    /// <summary>Waits for a free place, then sends without waiting for the answer.</summary>
    public async Task Start(ReplayRequest request, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        if (_report.Send(request))
            Console.Error.WriteLine("weir: values that were masked when they were recorded (***…***) are sent as masked; give real ones with --set-header");
        _ = Send(request);
    }

    /// <summary>Waits for the answers under way.</summary>
    public async Task Finish()
    {
        for (var place = 0; place < _workers; place++) await _places.WaitAsync();
        _places.Release(_workers);
    }

    public void Dispose()
    {
        _http.Dispose();
        _places.Dispose();
    }

    private async Task Send(ReplayRequest request)
    {
        using var limit = new CancellationTokenSource(_timeout);
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var message = Message(request);
            using var response = await _http.SendAsync(message, limit.Token);
            await response.Content.CopyToAsync(Stream.Null, limit.Token);
            _report.Answer(request, (int)response.StatusCode, Stopwatch.GetElapsedTime(began));
        }
        catch (OperationCanceledException)
        {
            _report.Fail("no answer in time");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or FormatException or InvalidOperationException or UriFormatException)
        {
            _report.Fail((failure.InnerException as SocketException ?? failure.InnerException ?? failure).Message);
        }
        finally
        {
            _places.Release();
        }
    }

    private HttpRequestMessage Message(ReplayRequest request)
    {
        // As captured: no dots removed, no escapes changed.
        var exact = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var target = request.Target.StartsWith('/') ? request.Target : "/" + request.Target;
        var uri = new Uri($"{_to.GetLeftPart(UriPartial.Authority)}{_to.AbsolutePath.TrimEnd('/')}{target}", exact);
        var message = new HttpRequestMessage(new HttpMethod(request.Method), uri);
        var needsContent = request.Body.Length > 0 || request.Headers.Any(header => header.Name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase));
        if (needsContent) message.Content = new ByteArrayContent(request.Body);
        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        if (_originalHost && request.Host.Length > 0) message.Headers.Host = request.Host;
        return message;
    }
}
