using System.Net;

namespace Weir.Rpc.Client;

/// <summary>A request body that is written while the response is read: HTTP/2 lets both go on at once.</summary>
internal sealed class RequestStream : HttpContent
{
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RequestStream() => Headers.TryAddWithoutValidation("Content-Type", "application/grpc");

    /// <summary>Where to write, once there is a connection. Fails when there will be none.</summary>
    public Task<Stream> Opened => _opened.Task;

    public void Complete() => _completed.TrySetResult();

    /// <summary>Nobody is going to open it any more.</summary>
    public void Abandon()
    {
        _opened.TrySetCanceled();
        _completed.TrySetResult();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            // The server may answer before the first message: its headers must not wait for that.
            await stream.FlushAsync(cancellationToken);
        }
        catch
        {
            // It has answered, and wants to hear nothing: who is about to write learns that here, and why by reading.
            Abandon();
            throw;
        }

        _opened.TrySetResult(stream);
        await _completed.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
