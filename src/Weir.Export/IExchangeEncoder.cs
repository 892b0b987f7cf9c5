using System.Buffers;
using Weir.Flows;
using Weir.Records;

namespace Weir.Export;

/// <summary>Turns exchanges into an output's bytes. Each lane has its own, so it may keep buffers; it runs on the worker's thread.</summary>
public interface IExchangeEncoder
{
    /// <summary>Whether exchanges in progress are wanted: <see cref="IExchangeSink.TakesInProgress"/>.</summary>
    bool TakesInProgress => false;

    /// <summary>Appends the whole record; nothing for an exchange that the output does not want.</summary>
    void Encode(Exchange exchange, IBufferWriter<byte> writer);

    /// <summary>Appends the whole flow record; only where the output takes flows.</summary>
    void Encode(FlowRecord flow, IBufferWriter<byte> writer)
    {
        // Most outputs are of exchanges alone.
    }

    /// <summary>Appends the whole row of a metered flow; only where the output is of those.</summary>
    void Encode(MeteredFlow flow, IBufferWriter<byte> writer)
    {
        // Most outputs are of exchanges alone.
    }
}
