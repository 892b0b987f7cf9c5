using System.Buffers;
using System.IO.Pipelines;

namespace Weir.Kubernetes.Watching;

/// <summary>
/// The events of a watch: one JSON object a line, whatever pieces the network makes of them. What stands behind the last line end when
/// the stream ends is half an event, and is left out: the next watch brings it whole.
/// </summary>
internal sealed class WatchLines : IAsyncDisposable
{
    private readonly PipeReader _reader;
    private readonly int _maxBytes;
    private SequencePosition _consumed;
    private bool _holds;

    public WatchLines(Stream stream, int maxBytes)
    {
        _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, minimumReadSize: 4 * 1024));
        _maxBytes = maxBytes;
    }

    /// <summary>The line that was read; valid until the next read.</summary>
    public ReadOnlySequence<byte> Current { get; private set; }

    /// <summary>Moves to the next line; false at the end of the stream.</summary>
    /// <exception cref="KubernetesException">A line is longer than allowed.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        if (_holds) _reader.AdvanceTo(_consumed);
        _holds = false;
        while (true)
        {
            var result = await _reader.ReadAsync(cancellation).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                Current = buffer.Slice(0, end);
                if (Current.Length > _maxBytes) throw TooLong();
                _consumed = buffer.GetPosition(1, end);
                if (Current.Length == 0)
                {
                    _reader.AdvanceTo(_consumed);
                    continue;
                }

                _holds = true;
                return true;
            }

            if (buffer.Length > _maxBytes) throw TooLong();
            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted) return false;
        }
    }

    public ValueTask DisposeAsync() => _reader.CompleteAsync();

    private KubernetesException TooLong() => new(KubernetesFault.Malformed, $"an event of a watch is longer than {_maxBytes} bytes");
}
