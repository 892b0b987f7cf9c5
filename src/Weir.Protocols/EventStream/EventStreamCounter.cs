using System.Text;
using Weir.Records;

namespace Weir.Protocols.EventStream;

/// <summary>
/// Counts the events of a text/event-stream body (WHATWG HTML §9.2.6), fed in pieces of any size. An event is what a browser
/// dispatches: a blank line after at least one <c>data</c> field. What the end of the stream cuts off is none.
/// </summary>
internal struct EventStreamCounter
{
    private enum State : byte
    {
        /// <summary>Within the first bytes of a line, which so far spell <c>data</c>.</summary>
        FieldName,
        /// <summary>In the rest of a line that decides nothing any more.</summary>
        Line,
    }

    private State _state;
    private int _matched;
    private bool _hasData;
    private bool _afterCarriageReturn;
    private byte _byteOrderMark;
    private bool _lineIsEmpty;

    public long Events { get; private set; }

    /// <summary>Whether this response is an event stream whose bytes stand for themselves.</summary>
    public static bool Applies(HttpMessage response)
    {
        var type = response[response.ContentType];
        var name = "text/event-stream"u8;
        return type.Length >= name.Length && Ascii.EqualsIgnoreCase(type[..name.Length], name)
            && (type.Length == name.Length || type[name.Length] is (byte)';' or (byte)' ' or (byte)'\t')
            && response.ContentEncoding.IsEmpty;
    }

    public void Start()
    {
        this = default;
        _lineIsEmpty = true;
    }

    /// <summary>Bytes are missing: whether the event under way has data is not known, so it counts only if more follows.</summary>
    public void Gap()
    {
        _state = State.Line;
        _lineIsEmpty = false;
        _byteOrderMark = 3;
    }

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        bytes = SkipByteOrderMark(bytes);
        while (!bytes.IsEmpty)
        {
            if (_afterCarriageReturn)
            {
                _afterCarriageReturn = false;
                if (bytes[0] == '\n')
                {
                    bytes = bytes[1..];
                    continue;
                }
            }

            if (_state == State.Line)
            {
                var end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
                if (end < 0) return;
                bytes = bytes[end..];
            }

            Take(bytes[0]);
            bytes = bytes[1..];
        }
    }

    private void Take(byte b)
    {
        if (b is (byte)'\r' or (byte)'\n')
        {
            _afterCarriageReturn = b == '\r';
            EndLine();
            return;
        }

        _lineIsEmpty = false;
        var name = "data"u8;
        if (_matched < name.Length && b == name[_matched])
        {
            _matched++;
            return;
        }

        if (_matched == name.Length && b == ':') _hasData = true;
        _state = State.Line;
    }

    private void EndLine()
    {
        // "data" alone on a line is a field with an empty value.
        if (_state == State.FieldName && _matched == 4) _hasData = true;
        if (_lineIsEmpty)
        {
            if (_hasData) Events++;
            _hasData = false;
        }

        _state = State.FieldName;
        _matched = 0;
        _lineIsEmpty = true;
    }

    private ReadOnlySpan<byte> SkipByteOrderMark(ReadOnlySpan<byte> bytes)
    {
        var mark = "\uFEFF"u8;
        while (_byteOrderMark < mark.Length && !bytes.IsEmpty)
        {
            if (bytes[0] != mark[_byteOrderMark])
            {
                _byteOrderMark = (byte)mark.Length;
                return bytes;
            }

            _byteOrderMark++;
            bytes = bytes[1..];
        }

        return bytes;
    }
}
