namespace Weir.Records.Json;

/// <summary>
/// What undoing the content codings of a body gave, kept with the message: whoever looks for sensitive data and whoever writes
/// the record need the same text, and inflating costs more than both.
/// </summary>
internal sealed class KeptBody
{
    private readonly ByteBuffer _bytes = new();
    private BodyDecoderLimits? _limits;
    private int _source;

    public ReadOnlySpan<byte> Bytes => _bytes.Span;

    public CodingOutcome Outcome { get; private set; }

    /// <summary>Whether it was made of this body as it is now, under the same limits.</summary>
    public bool IsOf(HttpMessage message, BodyDecoderLimits limits) =>
        _limits is not null && _source == message.Body.Length && (ReferenceEquals(_limits, limits) || _limits == limits);

    public void Keep(HttpMessage message, BodyDecoderLimits limits, CodingOutcome outcome, ReadOnlySpan<byte> bytes)
    {
        _bytes.Clear();
        _bytes.Append(bytes);
        (_limits, _source, Outcome) = (limits, message.Body.Length, outcome);
    }

    public void Clear()
    {
        _bytes.Clear();
        _limits = null;
    }
}
