using Weir.Privacy.Rules;

namespace Weir.Privacy.Tests.Rules;

/// <summary>What most tests of rules need.</summary>
internal static class Setup
{
    /// <summary>A synthetic secret that <see cref="StandInMasker"/> knows.</summary>
    public const string Secret = "synthetic-secret-1234";

    /// <summary>No pattern is cut off, however busy the machine.</summary>
    public static RuleLimits Patient { get; } = new() { PatternMilliseconds = 60_000, LinearPatternMilliseconds = 60_000 };

    public static RuleSource Source { get; } = RuleSource.Literal with { Limits = Patient };

    public static RuleSet Parse(string? text, RuleSource? source = null) =>
        RuleSet.TryParse(text, source ?? Source, out var rules, out var error) ? rules : throw new InvalidOperationException(error.ToString());

    public static RuleError Error(string? text, RuleSource? source = null) =>
        RuleSet.TryParse(text, source ?? Source, out _, out var error) ? throw new InvalidOperationException("the text is valid") : error;

    /// <summary>Time stands still and every message is kept.</summary>
    public static RuleContext Context(RuleLimits? limits = null) => new(new StandInMasker(), () => 0, () => 0, limits);

    public static List<LogDetail> Apply(string rules, params LogDetail[] details) => Apply(rules, out _, details);

    public static List<LogDetail> Apply(string rules, out RuleOutcome outcome, params LogDetail[] details)
    {
        List<LogDetail> list = [.. details];
        outcome = Parse(rules).Apply(list, Context());
        return outcome == RuleOutcome.Kept ? list : [];
    }
}

/// <summary>Masks one known word, whatever the key.</summary>
internal sealed class StandInMasker : ISensitiveMasker
{
    public bool Mask(ReadOnlySpan<char> key, string value, out string masked)
    {
        masked = value.Replace(Setup.Secret, "***", StringComparison.Ordinal);
        return masked != value;
    }
}
