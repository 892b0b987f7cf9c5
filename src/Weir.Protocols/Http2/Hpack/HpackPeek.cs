using Weir.Protocols.Http1;

namespace Weir.Protocols.Http2.Hpack;

/// <summary>Whose header block it is.</summary>
internal enum HpackRole : byte
{
    /// <summary>No header block.</summary>
    Invalid,
    /// <summary>Well-formed, but no pseudo-header field can be read without the dynamic table.</summary>
    Unknown,
    Request,
    Response,
}

/// <summary>Judges a whole header block without any table: what tells HTTP/2 from other bytes where the start was not seen.</summary>
internal static class HpackPeek
{
    /// <summary>More entries than a dynamic table of 64 KiB holds.</summary>
    private const int MaxIndex = HpackStaticTable.Count + 2048;

    /// <summary>
    /// Walks all representations. Pseudo-header fields come before all others (RFC 9113 §8.3), and those of requests and
    /// responses do not mix.
    /// </summary>
    public static HpackRole Role(ReadOnlySpan<byte> block)
    {
        var role = HpackRole.Unknown;
        var pseudoOver = false;
        var any = false;
        while (!block.IsEmpty)
        {
            if ((block[0] & 0xE0) == 0x20)
            {
                if (any || !HpackPrimitives.TryReadInteger(ref block, 5, out _)) return HpackRole.Invalid;
                continue;
            }

            any = true;
            switch (block[0] >= 0x80 ? Indexed(ref block) : Literal(ref block))
            {
                case Field.Invalid:
                    return HpackRole.Invalid;
                case Field.Regular:
                    pseudoOver = true;
                    break;
                case Field.OfRequest when !pseudoOver && role != HpackRole.Response:
                    role = HpackRole.Request;
                    break;
                case Field.OfResponse when !pseudoOver && role != HpackRole.Request:
                    role = HpackRole.Response;
                    break;
                case Field.OfRequest or Field.OfResponse:
                    return HpackRole.Invalid;
            }
        }

        return any ? role : HpackRole.Invalid;
    }

    private static Field Indexed(ref ReadOnlySpan<byte> block) =>
        HpackPrimitives.TryReadInteger(ref block, 7, out var index) && index > 0 ? OfIndex(index) : Field.Invalid;

    private static Field Literal(ref ReadOnlySpan<byte> block)
    {
        if (!HpackPrimitives.TryReadInteger(ref block, (block[0] & 0x40) != 0 ? 6 : 4, out var index)) return Field.Invalid;
        var field = index > 0 ? OfIndex(index) : OfName(ref block);
        return HpackPrimitives.TryReadString(ref block, out _, out _) ? field : Field.Invalid;
    }

    private static Field OfIndex(int index) => index switch
    {
        < HpackStaticTable.FirstStatus => Field.OfRequest,
        <= HpackStaticTable.LastStatus => Field.OfResponse,
        <= HpackStaticTable.Count => Field.Regular,
        <= MaxIndex => Field.Unknown,
        _ => Field.Invalid,
    };

    private static Field OfName(ref ReadOnlySpan<byte> block)
    {
        if (!HpackPrimitives.TryReadString(ref block, out var name, out var huffman) || name.IsEmpty) return Field.Invalid;
        if (!huffman) return OfName(name);
        Span<byte> decoded = stackalloc byte[128];
        if (Huffman.MaxDecodedBytes(name.Length) > decoded.Length) return Field.Unknown;
        return Huffman.TryDecode(name, decoded, out var length) && length > 0 ? OfName(decoded[..length]) : Field.Invalid;
    }

    private static Field OfName(ReadOnlySpan<byte> name)
    {
        if (name[0] != ':') return Http1Syntax.IsToken(name) ? Field.Regular : Field.Invalid;
        if (name.SequenceEqual(":status"u8)) return Field.OfResponse;
        return name.SequenceEqual(":method"u8) || name.SequenceEqual(":scheme"u8) || name.SequenceEqual(":path"u8)
            || name.SequenceEqual(":authority"u8) || name.SequenceEqual(":protocol"u8)
            ? Field.OfRequest
            : Field.Invalid;
    }

    private enum Field : byte
    {
        Invalid,
        Unknown,
        Regular,
        OfRequest,
        OfResponse,
    }
}
