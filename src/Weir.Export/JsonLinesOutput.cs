using System.Buffers;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Export;

/// <summary>One exchange record a line.</summary>
public sealed class JsonLinesOutput(
    Stream stream,
    string name,
    ExchangeDetail detail = ExchangeDetail.Full,
    BodyDecoderLimits? limits = null) : StreamOutput(stream, name)
{
    protected override IExchangeEncoder CreateEncoder() => new Encoder(new ExchangeJsonWriter(detail, limits));

    private sealed class Encoder(ExchangeJsonWriter json) : IExchangeEncoder
    {
        public bool TakesInProgress => true;

        public void Encode(Exchange exchange, IBufferWriter<byte> writer)
        {
            json.Write(exchange, writer);
            writer.Write("\n"u8);
        }
    }
}
