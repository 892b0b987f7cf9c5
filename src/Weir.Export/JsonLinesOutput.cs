using Weir.Records;
using Weir.Records.Json;

namespace Weir.Export;

/// <summary>When lines leave the buffer.</summary>
public enum FlushPolicy : byte
{
    /// <summary>When the buffer is full or the owner says so: for files.</summary>
    WhenFull,
    /// <summary>After each record: for a terminal or a reader that waits.</summary>
    EachRecord,
}

/// <summary>One exchange record a line.</summary>
public sealed class JsonLinesOutput(
    Stream stream,
    string name,
    FlushPolicy policy = FlushPolicy.WhenFull,
    ExchangeDetail detail = ExchangeDetail.Full,
    BodyDecoderLimits? limits = null) : IExchangeOutput
{
    private readonly OutputBuffer _buffer = new(stream, name);
    private readonly ExchangeJsonWriter _json = new(detail, limits);

    public bool IsOpen => _buffer.IsOpen;

    public long Lost { get; private set; }

    public bool TakesInProgress => true;

    public void Write(Exchange exchange)
    {
        if (!IsOpen)
        {
            Lost++;
            return;
        }

        _json.Write(exchange, _buffer);
        _buffer.Append("\n"u8);
        if (policy == FlushPolicy.EachRecord) _buffer.WriteOut();
        else _buffer.WriteOutWhenFull();
    }

    public void Flush() => _buffer.WriteOut();

    public void Dispose() => _buffer.Dispose();
}
