namespace Weir.Protocols.Http2.Hpack;

/// <summary>
/// Decodes the header blocks of one direction (RFC 7541). Pure: a block is given whole, its fields come out in order, and the
/// table stays for the next block.
/// </summary>
/// <remarks>
/// <code>
/// 1xxxxxxx  index                        field from a table                         §6.1
/// 01xxxxxx  index  [name]  value         literal, inserted into the dynamic table   §6.2.1
/// 001xxxxx  size                         dynamic table size update                  §6.3
/// 0001xxxx  index  [name]  value         literal, never to be indexed               §6.2.3
/// 0000xxxx  index  [name]  value         literal                                    §6.2.2
/// </code>
/// </remarks>
internal sealed class HpackDecoder(int maxTableBytes)
{
    private byte[] _name = new byte[64];
    private byte[] _value = new byte[256];
    private int _allowed = HpackTable.InitialCapacity;
    private bool _updateDue;

    public HpackTable Table { get; } = new(maxTableBytes);

    public void Reset()
    {
        Table.Reset();
        _allowed = HpackTable.InitialCapacity;
        _updateDue = false;
    }

    /// <summary>Bytes of this direction were lost: the table is unknown, and what was agreed on may have changed.</summary>
    public void Lose()
    {
        Table.Lose();
        _allowed = int.MaxValue;
        _updateDue = false;
    }

    /// <summary>
    /// The sender acknowledged its peer's SETTINGS_HEADER_TABLE_SIZE. A lower size than the table now has obliges it to begin
    /// its next block with a size update (RFC 9113 §4.3.1).
    /// </summary>
    public void Allow(uint size)
    {
        _allowed = (int)Math.Min(size, int.MaxValue);
        _updateDue = Table.Capacity > _allowed;
    }

    public HpackOutcome Decode(ReadOnlySpan<byte> block, IHpackReceiver receiver)
    {
        var outcome = HpackOutcome.Complete;
        var first = true;
        while (!block.IsEmpty)
        {
            if ((block[0] & 0xE0) == 0x20)
            {
                if (!HpackPrimitives.TryReadInteger(ref block, 5, out var size)) return Fail(HpackOutcome.Truncated);
                if (!first || size > _allowed) outcome = HpackOutcome.SizeUpdateInvalid;
                Table.Resize(size);
                _updateDue &= size > _allowed;
                continue;
            }

            if (first && _updateDue)
            {
                outcome = HpackOutcome.SizeUpdateMissing;
                _updateDue = false;
            }

            first = false;
            var fault = block[0] >= 0x80 ? ReadIndexed(ref block, receiver) : ReadLiteral(ref block, receiver);
            if (fault != HpackOutcome.Complete) return Fail(fault);
        }

        return outcome;
    }

    private HpackOutcome ReadIndexed(ref ReadOnlySpan<byte> block, IHpackReceiver receiver)
    {
        if (!HpackPrimitives.TryReadInteger(ref block, 7, out var index)) return HpackOutcome.Truncated;
        if (index == 0) return HpackOutcome.IndexInvalid;
        if (index <= HpackStaticTable.Count)
        {
            receiver.OnField(HpackStaticTable.Name(index), HpackStaticTable.Value(index));
            return HpackOutcome.Complete;
        }

        if (!Table.TryGet(index - HpackStaticTable.Count - 1, out var name, out var value, out var nameKnown))
        {
            if (Table.Exact) return HpackOutcome.IndexInvalid;
            receiver.OnUnknownField();
            return HpackOutcome.Complete;
        }

        if (nameKnown) receiver.OnField(name, value);
        else receiver.OnUnknownField();
        return HpackOutcome.Complete;
    }

    private HpackOutcome ReadLiteral(ref ReadOnlySpan<byte> block, IHpackReceiver receiver)
    {
        var insert = (block[0] & 0x40) != 0;
        if (!HpackPrimitives.TryReadInteger(ref block, insert ? 6 : 4, out var index)) return HpackOutcome.Truncated;
        ReadOnlySpan<byte> name;
        var nameKnown = true;
        if (index == 0)
        {
            var fault = ReadString(ref block, ref _name, out name);
            if (fault != HpackOutcome.Complete) return fault;
        }
        else if (index <= HpackStaticTable.Count)
        {
            name = HpackStaticTable.Name(index);
        }
        else if (Table.TryGet(index - HpackStaticTable.Count - 1, out name, out _, out nameKnown))
        {
            // A copy, because the insertion below may evict or move the entry (§4.4).
            if (name.Length > _name.Length) _name = new byte[name.Length * 2];
            name.CopyTo(_name);
            name = _name.AsSpan(0, name.Length);
        }
        else if (Table.Exact)
        {
            return HpackOutcome.IndexInvalid;
        }

        var valueFault = ReadString(ref block, ref _value, out var value);
        if (valueFault != HpackOutcome.Complete) return valueFault;
        if (nameKnown) receiver.OnField(name, value);
        else receiver.OnUnknownField();
        if (insert) Table.Insert(name, value, nameKnown);
        return HpackOutcome.Complete;
    }

    private static HpackOutcome ReadString(scoped ref ReadOnlySpan<byte> block, scoped ref byte[] scratch, out ReadOnlySpan<byte> text)
    {
        if (!HpackPrimitives.TryReadString(ref block, out text, out var huffman)) return HpackOutcome.Truncated;
        if (!huffman) return HpackOutcome.Complete;
        var room = Huffman.MaxDecodedBytes(text.Length);
        if (scratch.Length < room) scratch = new byte[room * 2];
        var valid = Huffman.TryDecode(text, scratch, out var length);
        text = scratch.AsSpan(0, length);
        return valid ? HpackOutcome.Complete : HpackOutcome.HuffmanInvalid;
    }

    private HpackOutcome Fail(HpackOutcome outcome)
    {
        Table.Lose();
        return outcome;
    }
}
