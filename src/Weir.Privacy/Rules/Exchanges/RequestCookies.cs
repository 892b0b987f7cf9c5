using System.Text;
using Weir.Records;

namespace Weir.Privacy.Rules.Exchanges;

/// <summary>Cookies of a request (RFC 6265 §4.2): what a sniffer has for a session.</summary>
internal static class RequestCookies
{
    /// <summary>Names in lower case, values without the quotes around them; empty ones are left out.</summary>
    public static IEnumerable<(string Name, string Value)> Read(HttpMessage request)
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
                if (value.Length > 0) yield return (DetailText.Name(pair[..equals].TrimEnd()), value);
            }
        }
    }
}
