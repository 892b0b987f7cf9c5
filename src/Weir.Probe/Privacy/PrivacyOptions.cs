using Weir.Privacy.Redaction;
using Weir.Privacy.Rules;

namespace Weir.Probe;

/// <summary>What is done to exchanges before any output sees them: rules first, on what was sent, then redaction.</summary>
/// <param name="Rules">Logging rules; null when there are none.</param>
/// <param name="Redaction">What is masked; null masks nothing.</param>
public sealed record PrivacyOptions(RuleSet? Rules, RedactionOptions? Redaction)
{
    public static PrivacyOptions Default { get; } = new(null, RedactionOptions.Default);

    /// <summary>Everything goes out as it was sent: somebody asked for that in so many words.</summary>
    public static PrivacyOptions Nothing { get; } = new(null, null);

    /// <summary>Rules decide which exchanges count, and whether they do is known at their end only.</summary>
    public bool DropsExchanges => RemovesParts || Rules is { SamplePercent: not null };

    /// <summary>For a run that nobody sees the content of: what is left of the rules is whom they stop.</summary>
    public PrivacyOptions ForCountingOnly => new(DropsExchanges ? Rules : null, null);

    /// <summary>There are none, or all that they would do to an exchange is masking, which redaction does anyway.</summary>
    internal bool RulesAreIdle => Rules is not { } rules
        || (!rules.CopiesSessionFields && rules.SamplePercent is null
            && (!rules.ActsOnDetails || (rules.IsMaskEverythingAlone && Redaction is not null)));

    /// <summary>Rules take away what packets still hold, which no mask of equal length can.</summary>
    public bool RemovesParts => Rules is { ActsOnDetails: true, IsMaskEverythingAlone: false };
}
