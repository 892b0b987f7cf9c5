namespace Weir.Packets;

/// <summary>Turns an interface's 64-bit timestamps into Unix nanoseconds (pcapng if_tsresol and if_tsoffset).</summary>
internal readonly struct TimestampResolution
{
    /// <summary>The value that stands when an interface states none: 10^-6 s.</summary>
    public const byte Microseconds = 6;
    private readonly long _offsetNs;
    private readonly ulong _multiplier;
    private readonly ulong _divisor;
    private readonly byte _shift;

    /// <param name="code">Exponent of 10, or of 2 when the top bit is set, both negated.</param>
    /// <param name="offsetSeconds">Added to every timestamp.</param>
    public TimestampResolution(byte code, long offsetSeconds)
    {
        _offsetNs = unchecked(offsetSeconds * 1_000_000_000);
        (_multiplier, _divisor) = (1, 1);
        if ((code & 0x80) != 0)
        {
            _shift = (byte)(code & 0x7F);
            // 2^0 is a plain second, which needs no shift.
            if (_shift == 0) _multiplier = 1_000_000_000;
            return;
        }

        for (var exponent = (int)code; exponent < 9; exponent++) _multiplier *= 10;
        // 64 bits in units below 10^-28 s are no nanosecond at all; the divisor stays within its own 64 bits.
        for (var exponent = 9; exponent < Math.Min((int)code, 28); exponent++) _divisor *= 10;
    }

    /// <summary>Values that only damage can bring wrap around instead of failing.</summary>
    public long ToNanoseconds(ulong timestamp)
    {
        var nanoseconds = _shift == 0
            ? unchecked(timestamp * _multiplier) / _divisor
            : unchecked((ulong)((UInt128)timestamp * 1_000_000_000 >> _shift));
        return unchecked((long)nanoseconds + _offsetNs);
    }
}
