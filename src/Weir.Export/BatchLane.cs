using System.Buffers;
using Weir.Flows;
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
    private int _records;

    public bool TakesInProgress => encoder.TakesInProgress;

    public void Write(Exchange exchange)
    {
        if (output.IsOpen) encoder.Encode(exchange, _batch);
        Count();
    }

    public void Write(FlowRecord flow)
    {
        if (output.IsOpen) encoder.Encode(flow, _batch);
        Count();
    }

    public void OnFlow(MeteredFlow flow)
    {
        if (output.IsOpen) encoder.Encode(flow, _batch);
        Count();
    }

    public void Flush()
    {
        if (_records == 0) return;
        var records = _records;
        _records = 0;
        try
        {
            output.HandOver(_batch.WrittenSpan, records);
        }
        finally
        {
            if (_batch.Capacity > RetainedBytes) _batch = new ArrayBufferWriter<byte>(InitialBytes);
            else _batch.ResetWrittenCount();
        }
    }

    private void Count()
    {
        if (!output.IsOpen)
        {
            output.CountLost(1);
            return;
        }

        _records++;
        if (_batch.WrittenCount >= BatchingOutput.BatchBytes) Flush();
    }
}
