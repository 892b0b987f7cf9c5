using Weir.Records;

namespace Weir.Privacy.Redaction;

/// <summary>
/// What was hidden in one message, as it was on the wire: for outputs that keep packets. Filled by
/// <see cref="ExchangeRedactor.Redact"/>; holds secrets, so it must not outlive the exchange.
/// </summary>
public sealed class MessageTrace
{
    private readonly ByteBuffer _bytes = new();
    private readonly List<Slice> _values = [];

    /// <summary>What was hidden can't be found by its bytes (compressed, chunked, coded): nothing of the body may be shown.</summary>
    public bool BlankBody { get; internal set; }

    /// <summary>Not even the head can be searched (HTTP/2 and its compressed fields): nothing of the message may be shown.</summary>
    public bool BlankAll { get; internal set; }

    /// <summary>Values hidden.</summary>
    public int Count => _values.Count;

    /// <summary>The bytes of one hidden value.</summary>
    public ReadOnlySpan<byte> this[int index] => _bytes[_values[index]];

    public void Clear()
    {
        _bytes.Clear();
        _values.Clear();
        BlankBody = BlankAll = false;
    }

    internal void Add(ReadOnlySpan<byte> value) => _values.Add(_bytes.Append(value));
}

/// <summary>What was hidden in the messages of one exchange.</summary>
public sealed class RedactionTrace
{
    public MessageTrace Request { get; } = new();

    public MessageTrace Response { get; } = new();

    /// <summary>Nothing of either message may be shown.</summary>
    public void BlankAll() => Request.BlankAll = Response.BlankAll = true;

    public void Clear()
    {
        Request.Clear();
        Response.Clear();
    }
}
