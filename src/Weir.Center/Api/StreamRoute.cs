using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Auth;
using Weir.Center.Hosting;
using Weir.Center.Live;
using Weir.Records;
using Weir.Records.Filter;

namespace Weir.Center.Api;

/// <summary><c>/api/v1/exchanges/stream</c>: calls as they finish, as server-sent events.</summary>
internal static class StreamRoute
{
    public static void MapStream(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/exchanges/stream", Open)
            .WithName("streamExchanges").WithSummary("Calls as they finish, as server-sent events")
            .Produces<string>(200, "text/event-stream").ProducesProblem(400).ProducesProblem(503);

    private static IResult Open(
        HttpContext context,
        LiveHub live,
        Accounts accounts,
        Stopping stopping,
        [Description("CEL filter, such as status_code >= 500")] string? where = null)
    {
        Func<Exchange, bool>? predicate = null;
        if (!string.IsNullOrWhiteSpace(where) && !ExchangeFilter.TryCompile(where, out predicate, out var error))
            return Problem.BadParameter("where", error.Message, error.Column, error.Length);
        var subscription = live.Subscribe(predicate);
        return subscription is null
            ? Problem.Unavailable($"{live.Limits.MaxSubscribers} live streams are open, the most allowed")
            : new EventStream(live, subscription, () => accounts.Authenticator.StillHolds(context.Caller()!), stopping.Token);
    }

    private sealed class EventStream(LiveHub live, LiveSubscription subscription, Func<bool> mayRead, CancellationToken stopping) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
            try
            {
                await Send(httpContext.Response, either.Token);
            }
            catch (OperationCanceledException)
            {
                // The reader went away, or the center stops: the stream is over either way.
            }
            finally
            {
                live.Unsubscribe(subscription);
            }
        }

        private async Task Send(HttpResponse response, CancellationToken cancellation)
        {
            response.ContentType = "text/event-stream";
            if (response.HttpContext.AskedForHeadersOnly()) return;
            await response.Body.WriteAsync(": calls as they finish\n\n"u8.ToArray(), cancellation);
            await response.Body.FlushAsync(cancellation);
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(live.Limits.FlushMs));
            var silentMs = 0;
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                // Who has logged out or lost the role sees no more, however long the stream is open.
                if (!mayRead()) return;
                var waiting = subscription.Take();
                silentMs = waiting.IsEmpty ? silentMs + live.Limits.FlushMs : 0;
                if (silentMs >= live.Limits.HeartbeatMs)
                {
                    waiting = ":\n\n"u8.ToArray();
                    silentMs = 0;
                }

                if (waiting.IsEmpty) continue;
                await response.Body.WriteAsync(waiting, cancellation);
                await response.Body.FlushAsync(cancellation);
            }
        }
    }
}
