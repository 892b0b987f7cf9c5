using System.Text;
using System.Text.RegularExpressions;
using Weir.Records;

namespace Weir.Cli.HttpFilters;

/// <summary>
/// GoReplay's request filters, in its order: method, URL, headers, basic authentication, limiters. A call goes with its response:
/// what is not wanted is not wanted whole.
/// </summary>
internal sealed class RequestFilter
{
    public IReadOnlyList<Regex> AllowUrl { get; init; } = [];

    public IReadOnlyList<Regex> DisallowUrl { get; init; } = [];

    public IReadOnlyList<(string Name, Regex Pattern)> AllowHeader { get; init; } = [];

    public IReadOnlyList<(string Name, Regex Pattern)> DisallowHeader { get; init; } = [];

    public IReadOnlyList<string> AllowMethod { get; init; } = [];

    public IReadOnlyList<(string Name, int Percent)> HeaderLimiter { get; init; } = [];

    public IReadOnlyList<(string Name, int Percent)> ParamLimiter { get; init; } = [];

    public IReadOnlyList<Regex> BasicAuth { get; init; } = [];

    public bool Wants(Exchange exchange)
    {
        if (!exchange.HasRequest) return false;
        var request = exchange.Request;
        var method = Encoding.Latin1.GetString(request[request.Method]);
        if (AllowMethod.Count > 0 && !AllowMethod.Contains(method, StringComparer.OrdinalIgnoreCase)) return false;
        var target = Target(request);
        if (AllowUrl.Count > 0 && !AllowUrl.Any(pattern => pattern.IsMatch(target))) return false;
        if (DisallowUrl.Any(pattern => pattern.IsMatch(target))) return false;
        if (!AllowHeader.All(wanted => Header(request, wanted.Name) is { } value && wanted.Pattern.IsMatch(value))) return false;
        if (DisallowHeader.Any(unwanted => Header(request, unwanted.Name) is { } value && unwanted.Pattern.IsMatch(value))) return false;
        if (BasicAuth.Count > 0 && !BasicAuth.Any(pattern => Credentials(request) is { } text && pattern.IsMatch(text))) return false;
        return HeaderLimiter.All(limit => IsInShare(Header(request, limit.Name), limit.Percent))
               && ParamLimiter.All(limit => IsInShare(Parameter(target, limit.Name), limit.Percent));
    }

    public static string Target(HttpMessage request)
    {
        var path = Encoding.UTF8.GetString(request[request.Path]);
        return request.Query.IsEmpty ? path : $"{path}?{Encoding.UTF8.GetString(request[request.Query])}";
    }

    /// <summary>FNV-1a of 32 bits (draft-eastlake-fnv), so that the same user is in or out on every machine. What is absent is in.</summary>
    public static bool IsInShare(string? value, int percent)
    {
        if (value is null) return true;
        var hash = 2_166_136_261u;
        foreach (var b in Encoding.UTF8.GetBytes(value)) hash = (hash ^ b) * 16_777_619u;
        return hash % 100 < percent;
    }

    private static string? Header(HttpMessage request, string name)
    {
        foreach (var header in request.Headers)
        {
            if (header.Name.Length == name.Length && Encoding.Latin1.GetString(request[header.Name]).Equals(name, StringComparison.OrdinalIgnoreCase))
                return Encoding.Latin1.GetString(request[header.Value]);
        }

        return name.Equals("host", StringComparison.OrdinalIgnoreCase) && !request.Host.IsEmpty ? Encoding.Latin1.GetString(request[request.Host]) : null;
    }

    private static string? Credentials(HttpMessage request)
    {
        if (Header(request, "Authorization") is not { } value || !value.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return null;
        var bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value[6..].Trim(), bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    private static string? Parameter(string target, string name)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        if (question < 0) return null;
        foreach (var pair in target[(question + 1)..].Split('&'))
        {
            if (pair.StartsWith(name, StringComparison.Ordinal) && pair.Length > name.Length && pair[name.Length] == '=') return pair[(name.Length + 1)..];
        }

        return null;
    }
}
