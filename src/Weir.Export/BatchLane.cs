using System.Buffers;
using Weir.Records;

namespace Weir.Export;

/// <summary>Collects one worker's records until they are worth handing over.</summary>
internal sealed class BatchLane(BatchingOutput output, IExchangeEncoder encoder) : IExchangeLane
{
    /// <summary>A batch and the record that made it full.</summary>
    private const int InitialBytes = 2 * BatchingOutput.BatchBytes;

    /// <summary>A buffer that large bodies made larger than this is not kept.</summary>
    private const int RetainedBytes = 4 << 20;

    private ArrayBufferWriter<byte> _batch = new(InitialBytes);
    private int _exchanges;

    public void Write(Exchange exchange)
    {
        if (!output.IsOpen)
        {
            output.CountLost(1);
            return;
        }

        encoder.Encode(exchange, _batch);
        _exchanges++;
        if (_batch.WrittenCount >= BatchingOutput.BatchBytes) Flush();
    }

    public void Flush()
    {
        if (_exchanges == 0) return;
        var exchanges = _exchanges;
        _exchanges = 0;
        try
        {
            output.HandOver(_batch.WrittenSpan, exchanges);
        }
        finally
        {
            if (_batch.Capacity > RetainedBytes) _batch = new ArrayBufferWriter<byte>(InitialBytes);
            else _batch.ResetWrittenCount();
        }
    }
}
