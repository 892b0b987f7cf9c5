namespace Weir.Privacy.Rules;

/// <summary>Where rule texts come from.</summary>
public sealed record RuleSource
{
    /// <summary>No files, the predefined default.</summary>
    public static RuleSource Literal { get; } = new();

    /// <summary>Text of the file named after <c>file://</c>; null when it cannot be read. Pure code opens no files.</summary>
    public Func<string, string?> ReadFile { get; init; } = static _ => null;

    /// <summary>What an empty text and <c>include default</c> stand for. Must not include itself: such lines are left out.</summary>
    public string Default { get; init; } = PredefinedRules.Default;

    public RuleLimits Limits { get; init; } = RuleLimits.Default;
}
