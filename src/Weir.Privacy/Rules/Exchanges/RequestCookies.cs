using System.Text;
using Weir.Records;

namespace Weir.Privacy.Rules.Exchanges;

/// <summary>Cookies of a request (RFC 6265 §4.2): what a sniffer has for a session.</summary>
internal static class RequestCookies
{
    /// <summary>Adds name and value of each: names in lower case, values without quotes around them; empty ones are left out.</summary>
    public static void Read(HttpMessage request, List<SessionField> fields)
    {
        foreach (var header in request.Headers)
        {
            if (!Ascii.EqualsIgnoreCase(request[header.Name], "cookie"u8)) continue;
            foreach (var pair in DetailText.Decode(request[header.Value]).Split(';', StringSplitOptions.TrimEntries))
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0) continue;
                var value = pair[(equals + 1)..].Trim();
                if (value is ['"', _, .., '"']) value = value[1..^1];
                if (value.Length > 0) fields.Add(new SessionField(DetailText.Name(pair[..equals].TrimEnd()), value));
            }
        }
    }
}
