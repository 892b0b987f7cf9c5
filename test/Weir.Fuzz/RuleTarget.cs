using System.Text;
using Weir.Privacy.Rules;
using Weir.Records;

namespace Weir.Fuzz;

/// <summary>Rule texts: parsing says yes or no, and whatever it accepts can be applied to a message made of the same bytes.</summary>
internal static class RuleTarget
{
    private static readonly RuleSource s_source = new()
    {
        ReadFile = static path => path.Length % 2 == 0 ? null : path,
        Limits = new RuleLimits { PatternMilliseconds = 5, LinearPatternMilliseconds = 50, MaxTextChars = 1 << 16, MaxRules = 50 },
    };

    public static FuzzTarget Target { get; } = new("rules", Seeds, Run);

    private static IReadOnlyList<byte[]> Seeds() =>
    [
        .. new[]
        {
            PredefinedRules.Debug, PredefinedRules.Standard, PredefinedRules.Strict, PredefinedRules.Weir, PredefinedRules.WeirStandard,
            PredefinedRules.WeirStrict, "include debug\r\nsample 50 # half", "file:///etc/rules.txt",
            "/a|b\\/c/ replace /(?<n>x)[a-z&&[^b]]{2,3}+\\Q{\\E/, /${n}$1\\$/", "|.*| stop_unless_found %(?s)\\p{Lu}\\x41(?=b)%",
            "!a! remove_if !^(a+)+$!\n~b~ remove_unless_found ~[[a]-z]~\ncopy_session_field /.*/",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static void Run(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        if (!RuleSet.TryParse(text, s_source, out var rules, out var error))
        {
            if (error.Message.Length == 0) throw new InvalidOperationException("an error that says nothing");
            return;
        }

        var context = new RuleContext(new Unchanged(), static () => 0, static () => 0, s_source.Limits);
        List<LogDetail> details = [new("request_url", "http://h/p"), new("request_header:a", text), new("request_body", text), new("response_body", "")];
        if (rules.Apply(details, context) == RuleOutcome.Kept && details.Exists(detail => detail.Value.Length == 0))
            throw new InvalidOperationException("an empty value was kept");
        _ = RuleAdvice.For(rules).Count();
        var exchange = new Exchange { HasRequest = true };
        exchange.Request.Query = exchange.Request.Text.Append(bytes);
        exchange.Request.Path = exchange.Request.Query;
        exchange.Request.Body.Append(bytes);
        new ExchangeRules(rules, context).Apply(exchange);
    }

    private sealed class Unchanged : ISensitiveMasker
    {
        public bool Mask(ReadOnlySpan<char> key, string value, out string masked)
        {
            masked = value;
            return false;
        }
    }
}
