using System.Numerics;
using System.Runtime.Intrinsics;

namespace Weir.Records.Json;

/// <summary>
/// Escapes the two printable characters that a JSON string must escape (RFC 8259 §7), 16 bytes at a time. Captured bodies are
/// mostly JSON, where every few bytes are a quotation mark: searching for the next one costs more than moving the bytes.
/// </summary>
/// <remarks>
/// <code>
/// in    {  "  i  d  "  :  1  ,                     eight bytes, mask of what to escape 0b00010010
/// out   {  \  "  i  d  \  "  :  1  ,  0 0 0 0 0 0  one shuffle by the mask's row, then the backslashes of that row
/// </code>
/// </remarks>
internal static class JsonEscaper
{
    /// <summary>Bytes of one step.</summary>
    public const int BlockBytes = 16;

    /// <summary>Room that a step may use: every byte escaped, and the slack of the second store.</summary>
    public const int MaxEscapedBytes = 2 * BlockBytes;

    private const int HalfBytes = BlockBytes / 2;

    /// <summary>For each mask of eight bytes, which of them goes to each of 16 places; 0x80 leaves the place empty.</summary>
    private static readonly Vector128<byte>[] s_places = new Vector128<byte>[256];

    /// <summary>For each mask, the backslashes of those empty places.</summary>
    private static readonly Vector128<byte>[] s_backslashes = new Vector128<byte>[256];

    static JsonEscaper()
    {
        Span<byte> places = stackalloc byte[BlockBytes];
        Span<byte> backslashes = stackalloc byte[BlockBytes];
        for (var mask = 0; mask < s_places.Length; mask++)
        {
            places.Fill(0x80);
            backslashes.Clear();
            for (int from = 0, to = 0; from < HalfBytes; from++)
            {
                if ((mask >> from & 1) != 0) backslashes[to++] = (byte)'\\';
                places[to++] = (byte)from;
            }

            s_places[mask] = Vector128.Create<byte>(places);
            s_backslashes[mask] = Vector128.Create<byte>(backslashes);
        }
    }

    /// <summary>
    /// Escapes whole blocks while there is room, up to the first one that holds a control character.
    /// </summary>
    /// <param name="source">UTF-8; what is left over is less than a block, has no room, or begins with a control character's block.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="read">Bytes of the source that were taken, a multiple of <see cref="BlockBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Escape(ReadOnlySpan<byte> source, Span<byte> target, out int read)
    {
        read = 0;
        var written = 0;
        while (source.Length - read >= BlockBytes && target.Length - written >= MaxEscapedBytes)
        {
            var block = Vector128.Create(source.Slice(read, BlockBytes));
            if (Vector128.LessThanAny(block, Vector128.Create((byte)0x20))) break;
            var escaped = Vector128.Equals(block, Vector128.Create((byte)'"')) | Vector128.Equals(block, Vector128.Create((byte)'\\'));
            var mask = escaped.ExtractMostSignificantBits();
            if (mask == 0)
            {
                block.CopyTo(target[written..]);
                written += BlockBytes;
            }
            else
            {
                written += Half(block, (int)mask & 0xFF, target[written..]);
                written += Half(Vector128.Create(block.GetUpper(), block.GetUpper()), (int)mask >> HalfBytes, target[written..]);
            }

            read += BlockBytes;
        }

        return written;
    }

    private static int Half(Vector128<byte> bytes, int mask, Span<byte> target)
    {
        (Vector128.Shuffle(bytes, s_places[mask]) | s_backslashes[mask]).CopyTo(target);
        return HalfBytes + BitOperations.PopCount((uint)mask);
    }
}
