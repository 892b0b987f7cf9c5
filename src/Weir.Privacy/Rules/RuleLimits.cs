namespace Weir.Privacy.Rules;

/// <summary>What rules may cost.</summary>
public sealed record RuleLimits
{
    public static RuleLimits Default { get; } = new();

    /// <summary>
    /// Milliseconds for one pattern on one value. 250: ordinary patterns need a few even on 1 MiB, and a busy machine does not
    /// cut them off; patterns that backtrack without end are stopped before packets are lost in number.
    /// </summary>
    public int PatternMilliseconds { get; init; } = 250;

    /// <summary>
    /// The same for patterns whose time is proportional to the value. 5000: only a machine that stands still gets there, and
    /// that must not cost data.
    /// </summary>
    public int LinearPatternMilliseconds { get; init; } = 5000;

    /// <summary>Milliseconds for all rules on one message. 1000: a few slow patterns, and the worker is back.</summary>
    public int MessageMilliseconds { get; init; } = 1000;

    /// <summary>Characters of a value after replacement. 4 Mi: four times the largest body, so that a replacement cannot multiply one.</summary>
    public int MaxValueChars { get; init; } = 4 * 1024 * 1024;

    /// <summary>Characters of a rule text. 1 Mi: far beyond what people write, small enough to parse at once.</summary>
    public int MaxTextChars { get; init; } = 1024 * 1024;

    /// <summary>Characters of one rule. 16 Ki: the longest predefined rule has 150; reading is quadratic in the worst case.</summary>
    public int MaxLineChars { get; init; } = 16 * 1024;

    /// <summary>Rules of a set. 1000: each is tried on each detail.</summary>
    public int MaxRules { get; init; } = 1000;

    /// <summary>Parameters told apart in a query or a form; the rest is one detail. 1000: servers refuse more.</summary>
    public int MaxParameters { get; init; } = 1000;
}
