using System.Globalization;
using System.Text;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Export;

/// <summary>Cookie and Set-Cookie headers (RFC 6265 §4) as HAR cookie objects.</summary>
internal static class HarCookies
{
    public static void WriteRequest(ref JsonOutput json, HttpMessage message)
    {
        var first = true;
        foreach (var header in message.Headers)
        {
            if (!Ascii.EqualsIgnoreCase(message[header.Name], "cookie"u8)) continue;
            var value = message[header.Value];
            foreach (var range in value.Split((byte)';'))
            {
                Pair(value[range], out var name, out var content);
                if (!name.IsEmpty) HarEntryWriter.NameAndValue(ref json, name, content, ref first);
            }
        }
    }

    public static void WriteResponse(ref JsonOutput json, HttpMessage message)
    {
        var first = true;
        foreach (var header in message.Headers)
        {
            if (!Ascii.EqualsIgnoreCase(message[header.Name], "set-cookie"u8)) continue;
            SetCookie(ref json, message[header.Value], ref first);
        }
    }

    private static void SetCookie(ref JsonOutput json, ReadOnlySpan<byte> value, ref bool first)
    {
        var isName = true;
        var (httpOnly, secure, path, domain, expires) = (false, false, false, false, false);
        foreach (var range in value.Split((byte)';'))
        {
            Pair(value[range], out var name, out var content);
            if (isName)
            {
                HarEntryWriter.NameAndValue(ref json, name, content, ref first, close: false);
                isName = false;
            }
            else if (Ascii.EqualsIgnoreCase(name, "httponly"u8))
            {
                httpOnly = true;
            }
            else if (Ascii.EqualsIgnoreCase(name, "secure"u8))
            {
                secure = true;
            }
            else if (!path && Ascii.EqualsIgnoreCase(name, "path"u8))
            {
                path = true;
                json.Raw(",\"path\":"u8);
                json.Text(content);
            }
            else if (!domain && Ascii.EqualsIgnoreCase(name, "domain"u8))
            {
                domain = true;
                json.Raw(",\"domain\":"u8);
                json.Text(content);
            }
            else if (!expires && Ascii.EqualsIgnoreCase(name, "expires"u8))
            {
                expires = Expires(ref json, content);
            }
        }

        json.Raw(",\"httpOnly\":"u8);
        json.Boolean(httpOnly);
        json.Raw(",\"secure\":"u8);
        json.Boolean(secure);
        json.Raw("}"u8);
    }

    /// <summary>HAR wants ISO 8601; a date that cannot be read is left out.</summary>
    private static bool Expires(ref JsonOutput json, ReadOnlySpan<byte> date)
    {
        if (!DateTimeOffset.TryParse(
                Encoding.Latin1.GetString(date), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return false;
        }

        json.Raw(",\"expires\":"u8);
        json.Text(time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        return true;
    }

    private static void Pair(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        text = text.Trim(" \t"u8);
        var equals = text.IndexOf((byte)'=');
        name = equals < 0 ? text : text[..equals].TrimEnd(" \t"u8);
        value = equals < 0 ? default : text[(equals + 1)..].TrimStart(" \t"u8);
    }
}
