using System.CommandLine;

namespace Weir.Cli.HttpFilters;

/// <summary>Which requests are wanted, in GoReplay's words. The same options serve <c>weir sniff</c> and <c>weir replay</c>.</summary>
internal sealed class HttpFilterOptions
{
    private readonly Option<string[]> _allowUrl = List("url", "REGEX", "Only requests whose target (path and query) this finds; several: any of them", "allow");
    private readonly Option<string[]> _disallowUrl = List("url", "REGEX", "No request whose target this finds", "disallow");
    private readonly Option<string[]> _allowHeader = List("header", "NAME:REGEX", "Only requests with such a header; several: all of them", "allow");
    private readonly Option<string[]> _disallowHeader = List("header", "NAME:REGEX", "No request with such a header", "disallow");
    private readonly Option<string[]> _allowMethod = List("method", "METHOD", "Only this method; several: any of them", "allow");
    private readonly Option<string[]> _headerLimiter = Limiter("header", "NAME:PERCENT", "The same share of the values of a header every time: X-User:25%");
    private readonly Option<string[]> _paramLimiter = Limiter("param", "NAME:PERCENT", "The same share of the values of a query parameter every time: user:25%");

    private readonly Option<string[]> _basicAuth = new("--basic-auth-filter", "--http-basic-auth-filter")
    {
        Description = "Only requests whose decoded Basic credentials this finds",
        HelpName = "REGEX",
    };

    public IEnumerable<Option> All => [_allowUrl, _disallowUrl, _allowHeader, _disallowHeader, _allowMethod, _headerLimiter, _paramLimiter, _basicAuth];

    /// <summary>Null when everything is wanted.</summary>
    /// <exception cref="UsageException">A pattern or percentage is wrong.</exception>
    public RequestFilter? Read(ParseResult parsed)
    {
        if (All.All(option => parsed.GetResult(option) is null)) return null;
        return new RequestFilter
        {
            AllowUrl = [.. Values(parsed, _allowUrl).Select(text => Patterns.Compile(text, _allowUrl.Name))],
            DisallowUrl = [.. Values(parsed, _disallowUrl).Select(text => Patterns.Compile(text, _disallowUrl.Name))],
            AllowHeader = [.. Values(parsed, _allowHeader).Select(text => Patterns.Named(text, _allowHeader.Name))],
            DisallowHeader = [.. Values(parsed, _disallowHeader).Select(text => Patterns.Named(text, _disallowHeader.Name))],
            AllowMethod = [.. Values(parsed, _allowMethod)],
            HeaderLimiter = [.. Values(parsed, _headerLimiter).Select(text => Patterns.Share(text, _headerLimiter.Name))],
            ParamLimiter = [.. Values(parsed, _paramLimiter).Select(text => Patterns.Share(text, _paramLimiter.Name))],
            BasicAuth = [.. Values(parsed, _basicAuth).Select(text => Patterns.Compile(text, _basicAuth.Name))],
        };
    }

    private static string[] Values(ParseResult parsed, Option<string[]> option) => parsed.GetValue(option) ?? [];

    private static Option<string[]> List(string what, string value, string description, string verb) =>
        new($"--{verb}-{what}", $"--http-{verb}-{what}") { Description = description, HelpName = value };

    private static Option<string[]> Limiter(string what, string value, string description) =>
        new($"--{what}-limiter", $"--http-{what}-limiter") { Description = description, HelpName = value };
}
