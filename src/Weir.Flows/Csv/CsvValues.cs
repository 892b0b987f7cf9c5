using System.Globalization;
using System.Text;
using Weir.Packets;

namespace Weir.Flows;

/// <summary>Values as the meters write them.</summary>
internal static class CsvValues
{
    private static readonly DateTime Epoch = DateTime.UnixEpoch;

    /// <summary>
    /// In the order of likelihood: corrected fork, the same to the second (Python ports), V4, CSE-CIC-IDS2018, the two of CICIDS2017.
    /// </summary>
    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd HH:mm:ss.FFFFFFF", "dd/MM/yyyy hh:mm:ss tt", "dd/MM/yyyy HH:mm:ss", "d/M/yyyy H:mm:ss", "d/M/yyyy H:mm",
    ];

    /// <summary>A number, also as Java and Python spell the special ones; an empty field is not a number either.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> field, out double value)
    {
        field = field.Trim((byte)' ');
        value = double.NaN;
        if (field.IsEmpty) return true;
        if (double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value)) return true;
        var negative = field[0] == '-';
        if (!Ascii.EqualsIgnoreCase(negative ? field[1..] : field, "inf"u8)) return false;
        value = negative ? double.NegativeInfinity : double.PositiveInfinity;
        return true;
    }

    /// <summary>A time of day without zone is UTC. Unix nanoseconds.</summary>
    public static bool TryTime(ReadOnlySpan<byte> field, out long nanoseconds)
    {
        nanoseconds = 0;
        Span<char> text = stackalloc char[40];
        field = field.Trim((byte)' ');
        if (field.Length > text.Length) return false;
        text = text[..Encoding.Latin1.GetChars(field, text)];
        if (!DateTime.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return false;
        var ticks = (time - Epoch).Ticks;
        // Unix nanoseconds of 64 bits end in 2262.
        if (ticks is > long.MaxValue / 100 or < 0) return false;
        nanoseconds = ticks * 100;
        return true;
    }

    public static bool TryAddress(ReadOnlySpan<byte> field, out IpAddress address)
    {
        address = default;
        Span<char> text = stackalloc char[64];
        field = field.Trim((byte)' ');
        if (field.Length > text.Length) return false;
        return IpAddress.TryParse(text[..Encoding.Latin1.GetChars(field, text)], out address);
    }

    public static bool TryPort(ReadOnlySpan<byte> field, out ushort port)
    {
        port = 0;
        if (!TryNumber(field, out var number) || !(number is >= 0 and <= ushort.MaxValue)) return false;
        port = (ushort)number;
        return true;
    }
}
