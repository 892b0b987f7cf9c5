using System.Net;
using Weir.Export.Spool;
using Weir.Records;

namespace Weir.Export.Resurface;

/// <summary>Posts messages to a Resurface server: only 204 means that they were taken.</summary>
internal sealed class ResurfaceSender(ResurfaceOptions options, DeliverySpool spool, OwnDeliveries own)
    : HttpBatchSender(options.Url, spool, options.Retry, own, options.Tell, options.Stop)
{
    private static readonly string s_agent = $"Resurface/{ProductVersion.Text} (weir)";

    protected override void Prepare(HttpRequestMessage request, SpoolBatch batch)
    {
        request.Content = new ByteArrayContent(batch.Payload);
        request.Headers.TryAddWithoutValidation("User-Agent", s_agent);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/ndjson; charset=UTF-8");
        if (batch.Compressed) request.Content.Headers.TryAddWithoutValidation("Content-Encoding", "deflated");
    }

    protected override ValueTask<BatchAnswer> Judge(HttpResponseMessage response, CancellationToken cancellation) =>
        ValueTask.FromResult(new BatchAnswer(Fate(response.StatusCode), $"it answered {(int)response.StatusCode}, and only 204 is success"));

    private static BatchFate Fate(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NoContent => BatchFate.Taken,
        HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity => BatchFate.Wrong,
        _ => BatchFate.Later,
    };
}
