namespace Weir.Protocols.Http2.Hpack;

/// <summary>What became of a header block. After anything but <see cref="Complete"/> and the first two faults the table is unknown.</summary>
internal enum HpackOutcome : byte
{
    Complete,
    /// <summary>The table size was not lowered although the peer's settings demand it (RFC 7541 §4.2).</summary>
    SizeUpdateMissing,
    /// <summary>A table size beyond what the peer's settings allow (§6.3), or within a block instead of at its start.</summary>
    SizeUpdateInvalid,
    /// <summary>Index 0, or one that no table has (§6.1).</summary>
    IndexInvalid,
    /// <summary>An integer or string that does not end within the block.</summary>
    Truncated,
    HuffmanInvalid,
}

/// <summary>Takes the fields of a header block in order. Spans are valid only during the call.</summary>
internal interface IHpackReceiver
{
    void OnField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    /// <summary>
    /// A field that stands, or whose name stands, in a part of the dynamic table that was filled before the capture began or
    /// while bytes were lost.
    /// </summary>
    void OnUnknownField();
}
