using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Weir.Center.Auth;
using Weir.Center.Hosting;
using Weir.Center.Ingest;
using Weir.Export.Resurface;
using Weir.Records;
using Weir.Records.Status;

namespace Weir.Center.Api;

/// <summary>
/// <c>POST /message</c>: takes what the Resurface loggers send, docs/formats/resurface.md. The answer 204 means stored: it comes
/// after the store has every message. A batch that is sent again under its Idempotency-Key makes the same ids, which the store
/// keeps once.
/// </summary>
internal sealed class MessageRoutes(ExchangeIngest ingest, Action<Exchange> redact, MessageLimits? limits = null) : IStatusSource, IDisposable
{
    private static readonly string[] s_paths = ["/message", "/fluke/message"];

    private readonly MessageLimits _limits = limits ?? new MessageLimits();
    private readonly SemaphoreSlim _places = new((limits ?? new MessageLimits()).MaxRequests);
    private readonly MessageIds _ids = new();
    private long _requests;
    private long _messages;
    private long _invalid;
    private long _refused;

    public string Name => "messages";

    /// <param name="routes">Where they are added.</param>
    /// <param name="open">Whether loggers send without a token. Otherwise it stands in the header, or behind the address: most loggers have no
    /// setting but an address.</param>
    public void Map(IEndpointRouteBuilder routes, bool open)
    {
        foreach (var path in s_paths)
        {
            var saturated = path[..^"message".Length] + "saturated";
            var described = path == s_paths[0];
            Map(routes, path, saturated, open, described);
            Map(routes, $"{path}/{{{AuthenticationHandler.TokenInAddress}}}", $"{saturated}/{{{AuthenticationHandler.TokenInAddress}}}", open, described: false);
        }
    }

    public void Report(IStatusReport report)
    {
        report.Counter("requests", Interlocked.Read(ref _requests));
        report.Counter("messages", Interlocked.Read(ref _messages));
        report.Dropped(new Loss(Loss.Anywhere, Loss.Anywhere, "message_invalid", Interlocked.Read(ref _invalid)));
        report.Dropped(new Loss(Loss.Anywhere, Loss.Anywhere, "message_request_refused", Interlocked.Read(ref _refused)));
    }

    public void Dispose() => _places.Dispose();

    private void Map(IEndpointRouteBuilder routes, string path, string saturated, bool open, bool described)
    {
        var post = routes.MapPost(path, (Delegate)Post).WithSummary("Calls that a Resurface logger tells of")
            .Produces(204).ProducesProblem(400).ProducesProblem(403).ProducesProblem(413).ProducesProblem(503);
        var wait = routes.MapGet(saturated, () => Results.Text(ingest.IsSaturated ? "true" : "false")).WithSummary("Whether loggers should wait");
        foreach (var route in (RouteHandlerBuilder[])[post, wait])
        {
            _ = open ? route.AllowAnonymous() : route.RequireRole(Role.Logger);
            if (!described) route.ExcludeFromDescription();
        }
    }

    private async Task<IResult> Post(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        // A page of another site can make a visitor's browser post here, but not without saying where it comes from.
        if (context.Request.Headers.Origin.Count > 0) return Refused(403, "Browsers may not send messages");
        if (context.Request.ContentLength > _limits.MaxBodyBytes) return TooLarge();
        if (!await _places.WaitAsync(_limits.PlaceTimeout, context.RequestAborted)) return Busy(context, "too many senders at once");
        try
        {
            return await ReadBody(context) is { } body ? await Take(context, body) : TooLarge();
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<IResult> Take(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.MarkBodyRead();
        var text = new ArrayBufferWriter<byte>(Math.Max(256, body.Length));
        switch (ResurfacePayload.Decode(body, _limits.MaxTextBytes, text))
        {
            case PayloadOutcome.TooLarge: return TooLarge();
            case PayloadOutcome.Broken: return Refused(400, "The compressed body is broken or cut off");
            default: break;
        }

        var (taken, invalid, full) = Ingest(text.WrittenSpan, context.Request.Headers["Idempotency-Key"].ToString());
        if (full) return Busy(context, "the queue in front of the store is full");
        Interlocked.Add(ref _messages, taken);
        Interlocked.Add(ref _invalid, invalid);
        if (taken == 0 && invalid > 0) return Refused(400, $"{invalid} lines, none of which is a message");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(_limits.StoreTimeout);
        try
        {
            return await ingest.StoredAsync(limit.Token) ? Results.NoContent() : Busy(context, "the store refused it");
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return Busy(context, "the store is slow");
        }
    }

    /// <summary>Stops at the first exchange there is no room for: the sender comes again with all of them.</summary>
    private (long Taken, long Invalid, bool Full) Ingest(ReadOnlySpan<byte> text, string key)
    {
        var nowNs = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        var reader = new ResurfaceMessageReader(text);
        var exchange = new Exchange();
        var taken = 0L;
        while (reader.TryRead(exchange, nowNs))
        {
            exchange.Id = _ids.Next(key, taken, exchange.StartedAtNs);
            redact(exchange);
            if (!ingest.TryWrite(exchange)) return (taken, reader.Invalid, true);
            taken++;
        }

        return (taken, reader.Invalid, false);
    }

    /// <summary>Null when it is too large.</summary>
    private async Task<ReadOnlyMemory<byte>?> ReadBody(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = _limits.MaxBodyBytes + 1L;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = new Microsoft.AspNetCore.Server.Kestrel.Core.MinDataRate(_limits.MinBytesPerSecond, TimeSpan.FromSeconds(5));
        var body = new ArrayBufferWriter<byte>((int)Math.Max(256, context.Request.ContentLength ?? 4096));
        while (true)
        {
            var read = await context.Request.Body.ReadAsync(body.GetMemory(16 << 10), context.RequestAborted);
            if (read == 0) return body.WrittenMemory;
            body.Advance(read);
            if (body.WrittenCount > _limits.MaxBodyBytes) return null;
        }
    }

    private IResult TooLarge() => Refused(
        413, $"A body may have {_limits.MaxBodyBytes >> 20} MiB as sent and {_limits.MaxTextBytes >> 20} MiB after decompression");

    private IResult Refused(int status, string detail)
    {
        Interlocked.Increment(ref _refused);
        return Results.Problem(detail, statusCode: status);
    }

    private static IResult Busy(HttpContext context, string why)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problem.Unavailable($"Nothing is lost if you send it again: {why}.");
    }
}
