namespace Weir.Records;

/// <summary>
/// A ULID: 48 bits of Unix milliseconds, 80 bits that make it unique. Its 26-character Crockford base-32 form sorts by
/// time. The same exchange keeps its id through spool, transport and store, so a repeated delivery is recognised.
/// </summary>
public readonly record struct ExchangeId(UInt128 Value)
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public const int TextLength = 26;

    /// <summary>Writes the 26 ASCII characters.</summary>
    public void Format(Span<byte> destination)
    {
        var rest = Value;
        for (var i = TextLength - 1; i >= 0; i--)
        {
            destination[i] = (byte)Alphabet[(int)(rest & 31)];
            rest >>= 5;
        }
    }

    public override string ToString() => string.Create(TextLength, this, static (span, id) =>
    {
        Span<byte> bytes = stackalloc byte[TextLength];
        id.Format(bytes);
        for (var i = 0; i < bytes.Length; i++) span[i] = (char)bytes[i];
    });

    public static bool TryParse(ReadOnlySpan<char> text, out ExchangeId id)
    {
        id = default;
        if (text.Length != TextLength || text[0] > '7') return false;
        UInt128 value = 0;
        foreach (var c in text)
        {
            var digit = Alphabet.IndexOf(char.ToUpperInvariant(c), StringComparison.Ordinal);
            if (digit < 0) return false;
            value = (value << 5) | (uint)digit;
        }

        id = new ExchangeId(value);
        return true;
    }
}

/// <summary>Makes ids that are unique per process and worker: random start, counted up. Not thread-safe; one per worker.</summary>
public sealed class ExchangeIdGenerator
{
    private static readonly UInt128 LowMask = (UInt128.One << 80) - 1;
    private UInt128 _next;

    public ExchangeIdGenerator()
        : this(RandomStart())
    {
    }

    public ExchangeIdGenerator(UInt128 start) => _next = start & LowMask;

    /// <param name="unixNs">Start of the exchange.</param>
    public ExchangeId Next(long unixNs)
    {
        _next = (_next + 1) & LowMask;
        var milliseconds = (ulong)Math.Max(0, unixNs / 1_000_000);
        return new ExchangeId(((UInt128)(milliseconds & 0xFFFF_FFFF_FFFF) << 80) | _next);
    }

    private static UInt128 RandomStart()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Security.Cryptography.RandomNumberGenerator.Fill(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}
