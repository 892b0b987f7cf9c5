using System.CommandLine;
using System.Text.RegularExpressions;

namespace Weir.Cli.HttpFilters;

/// <summary>How requests are changed before they are sent again, in GoReplay's words.</summary>
internal sealed class RewriteOptions
{
    private readonly Option<string[]> _setHeader = new("--set-header", "--http-set-header")
    {
        Description = "Give every request this header, in place of its own",
        HelpName = "NAME:VALUE",
    };

    private readonly Option<string[]> _setParam = new("--set-param", "--http-set-param")
    {
        Description = "Give every request this query parameter, in place of its own",
        HelpName = "NAME=VALUE",
    };

    private readonly Option<string[]> _rewriteUrl = new("--rewrite-url", "--http-rewrite-url")
    {
        Description = "Replace what the expression finds in the target; the first that matches: /v1/(.*):/v2/$1",
        HelpName = "REGEX:TEXT",
    };

    private readonly Option<string[]> _rewriteHeader = new("--rewrite-header", "--http-rewrite-header")
    {
        Description = "Replace what the expression finds in a header: Host: (.*).example.com,$1.test",
        HelpName = "NAME:REGEX,TEXT",
    };

    private readonly Option<bool> _originalHost = new("--original-host", "--http-original-host")
    {
        Description = "Keep the Host header that was captured, instead of that of --to",
    };

    public IEnumerable<Option> All => [_setHeader, _setParam, _rewriteUrl, _rewriteHeader, _originalHost];

    /// <exception cref="UsageException">A pattern or pair is wrong.</exception>
    public RequestRewrite Read(ParseResult parsed) => new()
    {
        SetHeader = [.. (parsed.GetValue(_setHeader) ?? []).Select(text => Pair(text, ':', _setHeader))],
        SetParam = [.. (parsed.GetValue(_setParam) ?? []).Select(text => Pair(text, '=', _setParam))],
        RewriteUrl = [.. (parsed.GetValue(_rewriteUrl) ?? []).Select(Url)],
        RewriteHeader = [.. (parsed.GetValue(_rewriteHeader) ?? []).Select(Header)],
        OriginalHost = parsed.GetValue(_originalHost),
    };

    private static (string Name, string Value) Pair(string text, char separator, Option option)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        if (at <= 0) throw new UsageException($"{option.Name}: '{text}' is not {option.HelpName}");
        return (text[..at].Trim(), text[(at + 1)..].Trim());
    }

    private (Regex Pattern, string Text) Url(string text)
    {
        // The colon that separates: not one of the (?: that groups, and the last if there are several.
        var at = text.LastIndexOf(':');
        if (at <= 0) throw new UsageException($"{_rewriteUrl.Name}: '{text}' is not {_rewriteUrl.HelpName}");
        return (Patterns.Compile(text[..at], _rewriteUrl.Name), text[(at + 1)..]);
    }

    private (string Name, Regex Pattern, string Text) Header(string text)
    {
        var (name, rule) = Pair(text, ':', _rewriteHeader);
        var comma = rule.LastIndexOf(',');
        if (comma <= 0) throw new UsageException($"{_rewriteHeader.Name}: '{text}' is not {_rewriteHeader.HelpName}");
        return (name, Patterns.Compile(rule[..comma].Trim(), _rewriteHeader.Name), rule[(comma + 1)..].Trim());
    }
}
