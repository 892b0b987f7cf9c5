namespace Weir.Records;

/// <summary>
/// A ULID: 48 bits of Unix milliseconds, 80 bits that make it unique. Its 26-character Crockford base-32 form sorts by
/// time. The same exchange keeps its id through spool, transport and store, so a repeated delivery is recognised.
/// </summary>
/// <remarks>
/// Two halves: code that knows a <see cref="UInt128"/> inside a type cannot be compiled ahead of time, and an exchange has an id.
/// </remarks>
public readonly record struct ExchangeId
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public const int TextLength = 26;

    private readonly ulong _high;
    private readonly ulong _low;

    public ExchangeId(UInt128 value)
        : this((ulong)(value >> 64), (ulong)value)
    {
    }

    /// <param name="high">The upper 64 bits, of which 48 are the time.</param>
    /// <param name="low">The lower ones.</param>
    internal ExchangeId(ulong high, ulong low) => (_high, _low) = (high, low);

    public UInt128 Value => new(_high, _low);

    /// <summary>Writes the 26 ASCII characters.</summary>
    public void Format(Span<byte> destination)
    {
        var (high, low) = (_high, _low);
        for (var i = TextLength - 1; i >= 0; i--)
        {
            destination[i] = (byte)Alphabet[(int)(low & 31)];
            low = (low >> 5) | (high << 59);
            high >>= 5;
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
    private ushort _high;
    private ulong _low;

    public ExchangeIdGenerator()
        : this(RandomStart())
    {
    }

    /// <param name="start">Its lower 80 bits are counted up.</param>
    public ExchangeIdGenerator(UInt128 start) => (_high, _low) = ((ushort)(start >> 64), (ulong)start);

    /// <param name="unixNs">Start of the exchange.</param>
    public ExchangeId Next(long unixNs)
    {
        if (unchecked(++_low) == 0) _high = unchecked((ushort)(_high + 1));
        var milliseconds = (ulong)Math.Max(0, unixNs / 1_000_000);
        return new ExchangeId((milliseconds << 16) | _high, _low);
    }

    private static UInt128 RandomStart()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Security.Cryptography.RandomNumberGenerator.Fill(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}
