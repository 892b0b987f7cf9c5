namespace Weir.Privacy.Detection.Validation;

/// <summary>IP and MAC addresses in text.</summary>
internal static class NetworkText
{
    private static ReadOnlySpan<byte> Versions => "version"u8;

    /// <summary>Four numbers between dots, none above 255; not what reads as a version.</summary>
    public static bool IsV4(ReadOnlySpan<byte> text, int start, int end)
    {
        var (octets, value, digits) = (0, 0, 0);
        for (var i = start; i <= end; i++)
        {
            if (i < end && Chars.IsDigit(text[i]))
            {
                value = (value * 10) + text[i] - '0';
                if (++digits > 3 || value > 255) return false;
                continue;
            }

            if (digits == 0 || (octets == 0 && value is 0 or > 239)) return false;
            octets++;
            (value, digits) = (0, 0);
        }

        return octets == 4 && !ReadsAsVersion(text[..start]);
    }

    /// <summary>Finds the colon-separated address around a place: IPv6 (RFC 4291 §2.2) or MAC.</summary>
    public static bool Around(ReadOnlySpan<byte> text, int at, out int start, out int end, out bool mac)
    {
        (start, end) = (at, at);
        while (start > 0 && at - start < 40 && IsPart(text[start - 1])) start--;
        while (end < text.Length && end - start < 46 && IsPart(text[end])) end++;
        while (end > start && text[end - 1] == '.') end--;
        var found = text[start..end];
        var colons = found.Count((byte)':');
        mac = found.Length == 17 && colons == 5 && IsMac(found);
        if (mac) return true;
        if (colons < 2 || (start > 0 && Chars.IsAlnum(text[start - 1])) || (end < text.Length && Chars.IsAlnum(text[end]))) return false;
        if (colons != 7 && found.IndexOf("::"u8) < 0) return false;
        Span<char> chars = stackalloc char[48];
        for (var i = 0; i < found.Length; i++) chars[i] = (char)found[i];
        return found.Length > 4 && System.Net.IPAddress.TryParse(chars[..found.Length], out _);
    }

    private static bool IsPart(byte c) => Chars.IsHex(c) || c is (byte)':' or (byte)'.';

    private static bool IsMac(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
            if (i % 3 == 2 ? text[i] != ':' : !Chars.IsHex(text[i])) return false;
        return true;
    }

    /// <summary>Chrome/120.0.0.0, v1.2.3.4, version 1.2.3.4.</summary>
    private static bool ReadsAsVersion(ReadOnlySpan<byte> before)
    {
        if (before.IsEmpty) return false;
        var last = before[^1];
        if (last == '/') return before.Length > 1 && before[^2] != '/';
        if (Chars.IsAlnum(last) || last is (byte)'.' or (byte)'-' or (byte)'_') return true;
        before = before[^Math.Min(before.Length, 16)..];
        for (var i = 0; i + Versions.Length <= before.Length; i++)
            if (System.Text.Ascii.EqualsIgnoreCase(before.Slice(i, Versions.Length), Versions)) return true;
        return false;
    }
}
