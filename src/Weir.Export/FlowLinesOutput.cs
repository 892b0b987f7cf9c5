using System.Buffers;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Export;

/// <summary>One flow record a line; exchanges are left out.</summary>
public sealed class FlowLinesOutput(Stream stream, string name) : StreamOutput(stream, name)
{
    public override bool TakesFlows => true;

    protected override IExchangeEncoder CreateEncoder() => new Encoder();

    private sealed class Encoder : IExchangeEncoder
    {
        public void Encode(Exchange exchange, IBufferWriter<byte> writer)
        {
            // This output is of flows alone.
        }

        public void Encode(FlowRecord flow, IBufferWriter<byte> writer)
        {
            FlowJsonWriter.Write(flow, writer);
            writer.Write("\n"u8);
        }
    }
}
