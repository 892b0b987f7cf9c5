using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Weir.Export.Spool;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Export.Otlp;

/// <summary>
/// Posts spans as an ExportTraceServiceRequest in JSON (OTLP 1.x, "JSON Protobuf Encoding"), packed with gzip. 200 means taken, but for the spans
/// that its <c>partialSuccess</c> says were not.
/// </summary>
internal sealed class OtlpSender(OtlpOptions options, DeliverySpool spool, OwnDeliveries own)
    : HttpBatchSender(options.Url, spool, options.Retry, own, options.Tell, options.Stop)
{
    /// <summary>Bytes of an answer that are looked at: a count and a sentence.</summary>
    private const int MaxAnswerBytes = 64 << 10;

    private static readonly string s_agent = $"weir/{ProductVersion.Text}";

    /// <summary>A batch that is wrong once is wrong for ever ("Non-retryable errors").</summary>
    protected override int MaxRefusals => 1;

    /// <summary>The whole request, packed: the lines of a batch are its <c>resourceSpans</c>.</summary>
    internal static byte[] Pack(ReadOnlySpan<byte> lines)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write("{\"resourceSpans\":["u8);
            var first = true;
            foreach (var range in lines.Split((byte)'\n'))
            {
                if (lines[range].IsEmpty) continue;
                if (!first) gzip.Write(","u8);
                gzip.Write(lines[range]);
                first = false;
            }

            gzip.Write("]}"u8);
        }

        return packed.ToArray();
    }

    protected override void Prepare(HttpRequestMessage request, SpoolBatch batch)
    {
        request.Content = new ByteArrayContent(Pack(batch.Payload));
        request.Headers.TryAddWithoutValidation("User-Agent", s_agent);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
        foreach (var (name, value) in options.Headers) request.Headers.TryAddWithoutValidation(name, value);
    }

    protected override async ValueTask<BatchAnswer> Judge(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = new byte[MaxAnswerBytes];
        using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var length = await stream.ReadAtLeastAsync(body, MaxAnswerBytes, throwOnEndOfStream: false, cancellation);
        var status = (int)response.StatusCode;
        if (status is < 200 or > 299)
        {
            return new BatchAnswer(IsWrong(response.StatusCode) ? BatchFate.Wrong : BatchFate.Later, $"it answered {status}");
        }

        var (rejected, message) = PartialSuccess(body.AsMemory(0, length));
        if (rejected > 0)
        {
            CountRefused(rejected);
            options.Tell($"the collector rejected {rejected} spans: {message}");
        }

        return new BatchAnswer(BatchFate.Taken, "");
    }

    /// <summary>What no repetition mends. Credentials, addresses and limits can be mended, so such batches wait.</summary>
    private static bool IsWrong(HttpStatusCode status) =>
        status is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.UnprocessableEntity;

    /// <summary>Nothing where the answer is not what the protocol says: the status alone has decided.</summary>
    internal static (long Rejected, string Message) PartialSuccess(ReadOnlyMemory<byte> answer)
    {
        if (!WholeJson.TryParse(answer.Span, out var document) || document.ValueKind != JsonValueKind.Object
            || !document.TryGetProperty("partialSuccess", out var partial) || partial.ValueKind != JsonValueKind.Object)
        {
            return (0, "");
        }

        // 64-bit numbers are strings in the JSON of protocol buffers, and numbers are taken as well.
        var rejected = partial.TryGetProperty("rejectedSpans", out var count) && long.TryParse(count.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var spans) ? spans : 0;
        var message = partial.TryGetProperty("errorMessage", out var text) ? text.ToString() : "";
        return (rejected, message.Length > 200 ? message[..200] : message);
    }
}
