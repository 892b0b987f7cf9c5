using Weir.Records;
using Weir.Records.Json;

namespace Weir.Export;

/// <summary>
/// A HAR 1.2 file (W3C "HTTP Archive format" draft), as browser developer tools open it. Entries are streamed. On a file the
/// closing brackets are written at every flush and overwritten by the next entry, so that a killed run leaves valid JSON.
/// </summary>
public sealed class HarOutput : IExchangeOutput
{
    private readonly OutputBuffer _buffer;
    private readonly HarEntryWriter _entries;
    private readonly bool _seekable;
    private bool _first = true;

    public HarOutput(Stream stream, string name, BodyDecoderLimits? limits = null)
    {
        _buffer = new OutputBuffer(stream, name);
        _entries = new HarEntryWriter(limits);
        _seekable = stream.CanSeek;
        var version = typeof(HarOutput).Assembly.GetName().Version?.ToString(3) ?? "0";
        _buffer.Append("{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"Weir\",\"version\":\""u8);
        _buffer.Append(System.Text.Encoding.ASCII.GetBytes(version));
        _buffer.Append("\"},\"pages\":[],\"entries\":["u8);
    }

    private static ReadOnlySpan<byte> Tail => "\n]}}\n"u8;

    public bool IsOpen => _buffer.IsOpen;

    public long Lost { get; private set; }

    public void Write(Exchange exchange)
    {
        if (!IsOpen)
        {
            Lost++;
            return;
        }

        _buffer.Append(_first ? "\n"u8 : ",\n"u8);
        _first = false;
        _entries.Write(exchange, _buffer);
        if (_buffer.Length >= OutputBuffer.FlushBytes) Flush();
    }

    public void Flush()
    {
        if (_seekable)
        {
            _buffer.Append(Tail);
            _buffer.WriteOutAndRewind(Tail.Length);
        }
        else
        {
            _buffer.WriteOut();
        }
    }

    public void Dispose()
    {
        if (_buffer.IsOpen) _buffer.Append(Tail);
        _buffer.Dispose();
    }
}
