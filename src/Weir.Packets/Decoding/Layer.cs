namespace Weir.Packets;

/// <summary>
/// The part of a packet from some header on: what was captured, and how long it was on the wire. The two differ when the
/// capture cut the frame; a header that does not fit is <em>truncated</em> in that case and <em>malformed</em> otherwise.
/// </summary>
internal ref struct Layer(ReadOnlySpan<byte> bytes, int wireLength)
{
    public ReadOnlySpan<byte> Bytes = bytes;
    public int WireLength = wireLength;

    /// <summary>
    /// Set when an outer header stated the length: an inner one then cannot claim more. The length of the frame itself
    /// binds nothing, since tools that cut captures do not always keep the original one.
    /// </summary>
    public bool IsExact;

    public readonly bool Has(int count) => Bytes.Length >= count;

    /// <summary>True when the wire held <paramref name="count"/> bytes, so only the capture lacks them.</summary>
    public readonly bool HadOnWire(int count) => WireLength >= count;

    /// <summary>Moves past a header; one whose end was not captured leaves no bytes.</summary>
    public void Skip(int count)
    {
        Bytes = Bytes[Math.Min(count, Bytes.Length)..];
        WireLength = Math.Max(0, WireLength - count);
    }

    /// <summary>Takes the length that a header states: cuts link padding, or notes that the capture holds less.</summary>
    public void SetWireLength(int length)
    {
        if (IsExact) length = Math.Min(length, WireLength);
        WireLength = length;
        if (Bytes.Length > length) Bytes = Bytes[..length];
    }
}
