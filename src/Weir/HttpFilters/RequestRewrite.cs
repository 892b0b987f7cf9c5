using System.Text.RegularExpressions;
using Weir.Cli.Replay;

namespace Weir.Cli.HttpFilters;

/// <summary>Changes requests in GoReplay's order: headers set, parameters set, URL rewritten, headers rewritten.</summary>
internal sealed class RequestRewrite
{
    public IReadOnlyList<(string Name, string Value)> SetHeader { get; init; } = [];

    public IReadOnlyList<(string Name, string Value)> SetParam { get; init; } = [];

    public IReadOnlyList<(Regex Pattern, string Text)> RewriteUrl { get; init; } = [];

    public IReadOnlyList<(string Name, Regex Pattern, string Text)> RewriteHeader { get; init; } = [];

    public bool OriginalHost { get; init; }

    public ReplayRequest Apply(ReplayRequest request)
    {
        var headers = request.Headers.ToList();
        foreach (var (name, value) in SetHeader)
        {
            headers.RemoveAll(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            headers.Add((name, value));
        }

        var target = SetParam.Aggregate(request.Target, WithParameter);
        foreach (var (pattern, text) in RewriteUrl)
        {
            if (!pattern.IsMatch(target)) continue;
            target = pattern.Replace(target, text);
            break;
        }

        for (var i = 0; i < headers.Count; i++)
        {
            foreach (var (name, pattern, text) in RewriteHeader)
            {
                if (headers[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                    headers[i] = (headers[i].Name, pattern.Replace(headers[i].Value, text));
            }
        }

        return request with { Target = target, Headers = headers };
    }

    private static string WithParameter(string target, (string Name, string Value) set)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? target : target[..question];
        var pairs = question < 0 ? [] : target[(question + 1)..].Split('&').ToList();
        pairs.RemoveAll(pair => pair.Split('=')[0] == set.Name);
        pairs.Add($"{set.Name}={Uri.EscapeDataString(set.Value)}");
        return $"{path}?{string.Join('&', pairs)}";
    }
}
