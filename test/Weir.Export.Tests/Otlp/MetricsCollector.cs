using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Export.Tests.Otlp.Proto;

namespace Weir.Export.Tests.Otlp;

/// <summary>Takes metrics over OTLP/HTTP on loopback, and reads them by code that protoc made of the protocol's own definition.</summary>
internal sealed class MetricsCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<int> _plan;
    private readonly SemaphoreSlim _came = new(0);

    private MetricsCollector(WebApplication app, IEnumerable<int> plan) => (_app, _plan) = (app, new(plan));

    public Uri Url => new(new Uri(_app.Urls.First()), "/v1/metrics");

    public ConcurrentQueue<ExportMetricsServiceRequest> Requests { get; } = [];

    public ConcurrentQueue<IHeaderDictionary> Headers { get; } = [];

    /// <param name="plan">Statuses of the first answers; 200 after them.</param>
    public static async Task<MetricsCollector> Start(params int[] plan)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var collector = new MetricsCollector(app, plan);
        app.MapPost("/v1/metrics", collector.Take);
        await app.StartAsync();
        return collector;
    }

    /// <summary>Waits for as many requests, whatever was answered.</summary>
    public async Task Came(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        for (var i = 0; i < count; i++) await _came.WaitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _came.Dispose();
    }

    private async Task<IResult> Take(HttpRequest request)
    {
        Headers.Enqueue(new HeaderDictionary(request.Headers.ToDictionary()));
        using var body = new MemoryStream();
        using (var gzip = new GZipStream(request.Body, CompressionMode.Decompress)) await gzip.CopyToAsync(body);
        var status = _plan.TryDequeue(out var planned) ? planned : 200;
        if (request.ContentType != "application/x-protobuf" || request.Headers.ContentEncoding != "gzip") status = 415;
        if (status == 200) Requests.Enqueue(ExportMetricsServiceRequest.Parser.WithDiscardUnknownFields(false).ParseFrom(body.ToArray()));
        _came.Release();
        return Results.StatusCode(status);
    }
}
