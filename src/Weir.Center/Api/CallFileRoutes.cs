using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Hosting;
using Weir.Export;
using Weir.Records;
using Weir.Records.Json;
using Weir.Storage;

namespace Weir.Center.Api;

/// <summary><c>/api/v1/exchanges/har</c> and <c>…/pcap</c>: stored calls as files that browsers' network panels and packet tools open.</summary>
internal static class CallFileRoutes
{
    private const int DefaultLimit = 1000;
    private const int MaxLimit = 10_000;

    /// <summary>Full records of one look into the store.</summary>
    private const int Step = 20;

    private static readonly FileFormat s_har = new("har", "application/json", static stream =>
    {
        var output = new HarOutput(stream, "the answer");
        return (output.OpenLane(), output);
    });

    private static readonly FileFormat s_packets = new("pcapng", "application/x-pcapng", static stream =>
    {
        var output = new PacketFileOutput(stream);
        return (output, output);
    });

    public static void MapCallFiles(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/exchanges/har", Read).WithMetadata(s_har)
            .WithName("getHar").WithSummary("Stored HTTP calls as a HAR 1.2 file, newest first")
            .Produces<object>(200, "application/json").ProducesProblem(400).ProducesProblem(404).ProducesProblem(503);
        routes.MapGet("/api/v1/exchanges/pcap", Read).WithMetadata(s_packets)
            .WithName("getPackets").WithSummary("Stored HTTP calls as a pcapng file: each a TCP connection of its own with its payload as HTTP/1, whatever carried it")
            .Produces<byte[]>(200, s_packets.ContentType).ProducesProblem(400).ProducesProblem(404).ProducesProblem(503);
    }

    private static IResult Read(
        HttpContext context,
        IExchangeStore store,
        TimeProvider time,
        CancellationToken cancellation,
        [Description("Id of the only call wanted; the other parameters are then not looked at")] string? id = null,
        [Description("CEL filter, such as status_code >= 500")] string? where = null,
        [Description("Earliest start: " + TimeParameter.Description)] string? from = null,
        [Description("Latest start, exclusive: " + TimeParameter.Description)] string? to = null,
        [Description("Calls at most, 1 to 10000; 1000 when left out")] string? limit = null)
    {
        var format = context.GetEndpoint()!.Metadata.GetRequiredMetadata<FileFormat>();
        if (!string.IsNullOrEmpty(id)) return StoredCalls.Find(store, id, cancellation) is { } record ? new CallFile(format, "call-" + id, [record]) : StoredCalls.Unknown;
        var now = time.GetUtcNow();
        if (!CallSelection.TryRead(where, from, to, now, out var selection, out var problem)) return problem;
        if (!CountParameter.TryParse(limit, DefaultLimit, MaxLimit, out var count)) return Problem.BadParameter("limit", $"must be 1 to {MaxLimit}");
        // A few at a time, so that bodies are not all in memory at once.
        var records = StoredCalls.Records(store, selection.Query(ExchangeDetail.Full, Math.Min(Step, count)), cancellation).Take(count);
        return new CallFile(format, "calls-" + now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture), records);
    }

    /// <param name="Extension">Of the file's name.</param>
    /// <param name="ContentType">Of the answer.</param>
    /// <param name="Open">Takes calls and writes them to a stream; what it gives second ends the file.</param>
    private sealed record FileFormat(string Extension, string ContentType, Func<Stream, (IExchangeSink Sink, IDisposable Output)> Open);

    private sealed class CallFile(FileFormat format, string name, IEnumerable<byte[]> records) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = format.ContentType;
            response.Headers.ContentDisposition = $"attachment; filename=\"{name}.{format.Extension}\"";
            if (httpContext.AskedForHeadersOnly()) return;
            var exchange = new Exchange();
            // The encoder writes to a stream that waits; what has come together is sent between two records.
            var file = new MemoryStream();
            await using var sent = new OnlyWrites(file);
            var (sink, output) = format.Open(sent);
            using (output)
            {
                foreach (var record in records)
                {
                    if (!ExchangeJsonReader.TryRead(record, exchange, out var error)) throw new InvalidDataException(error);
                    sink.Write(exchange);
                    await Send(file, response, httpContext.RequestAborted);
                }
            }

            await Send(file, response, httpContext.RequestAborted);
        }

        private static async Task Send(MemoryStream file, HttpResponse response, CancellationToken cancellation)
        {
            if (file.Length == 0) return;
            await response.Body.WriteAsync(file.GetBuffer().AsMemory(0, (int)file.Length), cancellation);
            file.SetLength(0);
        }
    }

    /// <summary>A pipe to the file's memory: no place to go back to, so that the closing brackets are written once; open after the output closed it.</summary>
    private sealed class OnlyWrites(MemoryStream target) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => target.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => target.Write(buffer);
    }
}
