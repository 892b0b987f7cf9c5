using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Api;
using Weir.Center.Auth;
using Weir.Center.Hosting;
using Weir.Export.Retention;
using Weir.Records.Json;
using Weir.Storage;

namespace Weir.Center.Packets;

/// <summary>
/// <c>/api/v1/packets</c>: raw packets from the nodes that keep them. They hold what redaction hides everywhere else, so they are for administrators,
/// and each download is a line of the audit log.
/// </summary>
internal static class PacketRoutes
{
    private const string ContentType = "application/x-pcapng";

    /// <summary>Nodes of matching calls from which there is nothing in the answer.</summary>
    private const string MissingHeader = "Weir-Missing-Nodes";

    /// <summary>Summaries of one look into the store.</summary>
    private const int CallsAtOnce = 500;

    private static readonly TimeSpan s_defaultTime = TimeSpan.FromMinutes(15);

    public static void MapPackets(this IEndpointRouteBuilder routes, PacketDesk desk, PacketLimits limits)
    {
        routes.MapGet("/api/v1/packets/nodes", () => Results.Json(new PacketNodeList([.. desk.Nodes.Select(PacketNodeFacts.Of)]), ApiJson.Options)).RequireRole(Role.Admin)
            .WithName("listPacketNodes").WithSummary("Nodes that keep raw packets, and how many").Produces<PacketNodeList>();
        routes.MapGet(
                "/api/v1/packets",
                (HttpContext context, IExchangeStore store, Accounts accounts, TimeProvider time, CancellationToken cancellation,
                    [Description("Id of the only call whose connection is wanted; the filter and times are then not looked at")] string? id = null,
                    [Description("CEL filter: the whole connections of matching calls, such as status_code >= 500; without it all packets of the time")] string? where = null,
                    [Description("Earliest packet, or start of a call; 15 minutes before the end when left out: " + TimeParameter.Description)] string? from = null,
                    [Description("Latest, exclusive; now when left out: " + TimeParameter.Description)] string? to = null,
                    [Description("The only node that is asked")] string? node = null) =>
                    new Request(desk, limits, context, store, accounts, time.GetUtcNow()).Answer(id, where, from, to, node, cancellation))
            .RequireRole(Role.Admin).WithName("getRawPackets")
            .WithSummary("Raw packets from the nodes that keep them, as pcapng: not redacted, in one section for each node, up to 256 MiB")
            .Produces<byte[]>(200, ContentType).ProducesProblem(400).ProducesProblem(404).ProducesProblem(429).ProducesProblem(503);
    }

    private sealed record Request(PacketDesk Desk, PacketLimits Limits, HttpContext Context, IExchangeStore Store, Accounts Accounts, DateTimeOffset Now)
    {
        public IResult Answer(string? id, string? where, string? from, string? to, string? node, CancellationToken cancellation)
        {
            var nodes = string.IsNullOrEmpty(node) ? Desk.Nodes : Desk.Find(node) is { } one ? [one] : [];
            if (nodes.Count == 0)
            {
                return Problem.NotFound(string.IsNullOrEmpty(node)
                    ? "No node keeps raw packets: the section retention of a probe, or weir up --keep-packets, makes one do so."
                    : $"{node} keeps no raw packets, or is not connected.");
            }

            if (!TrySelect(id, where, from, to, string.IsNullOrEmpty(node) ? null : node, nodes, cancellation, out var selection, out var problem)) return problem;
            if (selection.Parts.Count == 0) return Problem.NotFound($"The calls were captured where no raw packets are kept, or that is not connected: {string.Join(", ", selection.Missing)}.");
            var asked = string.Join(' ', new[] { ("id", id), ("where", where), ("from", from), ("to", to), ("node", node) }.Where(one => !string.IsNullOrEmpty(one.Item2)).Select(one => $"{one.Item1}={one.Item2}"));
            return new PacketDownload(Desk, Limits, Accounts, selection, asked, "packets-" + Now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture));
        }

        private bool TrySelect(
            string? id, string? where, string? from, string? to, string? node, IReadOnlyList<PacketNode> nodes, CancellationToken cancellation,
            [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PacketSelection? selection, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out IResult? problem)
        {
            selection = null;
            if (!string.IsNullOrEmpty(id))
            {
                problem = StoredCalls.Unknown;
                return StoredCalls.Find(Store, id, cancellation) is { } record && PacketSelection.TryOfCalls([record], Desk, node, Limits, out selection, out problem);
            }

            if (!CallSelection.TryRead(where, from, to, Now, out var calls, out problem)) return false;
            var end = calls.ToNs ?? (Now - DateTimeOffset.UnixEpoch).Ticks * 100;
            calls = calls with { FromNs = calls.FromNs ?? end - (s_defaultTime.Ticks * 100), ToNs = end };
            if (calls.Filter is not null)
            {
                var records = StoredCalls.Records(Store, calls.Query(ExchangeDetail.Summary, CallsAtOnce), cancellation);
                return PacketSelection.TryOfCalls(records, Desk, node, Limits, out selection, out problem);
            }

            selection = PacketSelection.OfTime(nodes, calls.FromNs!.Value, end);
            problem = null!;
            return true;
        }
    }

    /// <summary>Sends the sections of all nodes one after the other, which together are one file.</summary>
    private sealed class PacketDownload(PacketDesk desk, PacketLimits limits, Accounts accounts, PacketSelection selection, string asked, string name) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var caller = httpContext.Caller()!;
            // A token is its owner's: one download all the same.
            using var turn = desk.Begin(caller.Name);
            var response = httpContext.Response;
            response.ContentType = ContentType;
            response.Headers.ContentDisposition = $"attachment; filename=\"{name}.pcapng\"";
            if (selection.Missing.Count > 0) response.Headers[MissingHeader] = string.Join(", ", selection.Missing);
            if (httpContext.AskedForHeadersOnly()) return;
            if (turn is null)
            {
                await Results.Problem("One download of raw packets at a time: another of yours is under way.", statusCode: StatusCodes.Status429TooManyRequests).ExecuteAsync(httpContext);
                return;
            }

            // Before the first byte: what was read was read.
            accounts.Audit.Write(AuditLog.Reading, caller.Name, caller.Via, httpContext.Connection.RemoteIpAddress?.ToString() ?? "", "getRawPackets", string.Join(", ", selection.Parts.Select(part => part.Node.Name)), StatusCodes.Status200OK, asked);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted);
            limit.CancelAfter(limits.MaxTime);
            try
            {
                await Send(response, limit.Token);
            }
            catch (PacketNodeException failure) when (!response.HasStarted)
            {
                response.Clear();
                await Problem.Unavailable(failure.Message).ExecuteAsync(httpContext);
            }
            catch (Exception broken) when (broken is PacketNodeException or OperationCanceledException)
            {
                // What was sent can't be taken back; that there should be more shows by the connection that breaks.
                httpContext.Abort();
            }
        }

        private async Task Send(HttpResponse response, CancellationToken cancellation)
        {
            var left = limits.MaxBytes;
            var sentences = new List<string>();
            foreach (var (node, query) in selection.Parts)
            {
                var answer = await node.Send(query with { MaxBytes = left }, bytes => new ValueTask(response.Body.WriteAsync(bytes, cancellation).AsTask()), limits, cancellation);
                left -= answer.Bytes;
                sentences.AddRange(answer.Notes.Select(note => $"{node.Name}: {note}"));
                if (!answer.IsCut) continue;
                sentences.Add($"cut: there are more packets than {limits.MaxBytes} bytes; narrow the filter or the time");
                break;
            }

            if (selection.Missing.Count > 0) sentences.Add($"nothing is here of {string.Join(", ", selection.Missing)}: no packets are kept there, or it is not connected");
            // Sections without packets, whose comments packet tools show.
            foreach (var sentence in sentences) await response.Body.WriteAsync(Weir.Packets.PcapNgBlocks.Section(sentence), cancellation);
        }
    }
}

/// <param name="Name">As on the record of its calls.</param>
/// <param name="Bytes">Of all files; null before the probe has told.</param>
/// <param name="BudgetBytes">Most that they may have.</param>
/// <param name="Segments">Files.</param>
/// <param name="Frames">Packets in them.</param>
/// <param name="Oldest">Time of the oldest packet; null when there is none.</param>
/// <param name="Lost">Packets that were not kept since the start, because the queue was full or the disk.</param>
/// <param name="Suspended">The disk refuses now.</param>
internal sealed record PacketNodeFacts(string Name, long? Bytes, long? BudgetBytes, int? Segments, long? Frames, DateTime? Oldest, long? Lost, bool Suspended)
{
    public static PacketNodeFacts Of(PacketNode node) => node.State is { } state
        ? new PacketNodeFacts(
            node.Name, state.Bytes, state.BudgetBytes, state.Segments, state.Frames,
            state.OldestNs == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(state.OldestNs / 100).UtcDateTime, state.Lost, state.Suspended)
        : new PacketNodeFacts(node.Name, null, null, null, null, null, null, false);
}

/// <param name="Items">By name.</param>
internal sealed record PacketNodeList(IReadOnlyList<PacketNodeFacts> Items);
