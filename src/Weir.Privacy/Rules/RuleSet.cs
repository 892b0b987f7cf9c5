using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Weir.Privacy.Rules;

/// <summary>Parsed logging rules. Immutable; threads may share it. docs/formats/logging-rules.md describes the language.</summary>
public sealed class RuleSet
{
    /// <summary>By verb, in the order of the text.</summary>
    private readonly CompiledRule[][] _rules;

    private RuleSet(CompiledRule[] rules, string text)
    {
        _rules = [.. Enum.GetValues<RuleVerb>().Select(verb => rules.Where(rule => rule.Verb == verb).ToArray())];
        Text = text;
        Rules = Array.ConvertAll(rules, rule => rule.Rule);
        ActsOnDetails = rules.Any(rule => rule.Verb.ActsOnDetails());
        Stops = rules.Any(rule => rule.Verb is RuleVerb.Stop or RuleVerb.StopIf or RuleVerb.StopIfFound or RuleVerb.StopUnless or RuleVerb.StopUnlessFound);
        Removes = rules.Any(rule => IsRemoving(rule.Verb));
        MasksEverything = rules.Any(rule => rule.Verb == RuleVerb.MaskSensitive && rule.CoversEverything);
        IsMaskEverythingAlone = MasksEverything && !rules.Any(rule => rule.Verb.ActsOnDetails() && rule.Verb != RuleVerb.MaskSensitive);
        CopiesSessionFields = Has(RuleVerb.CopySessionField);
        SamplePercent = Has(RuleVerb.Sample) ? int.Parse(Of(RuleVerb.Sample)[0].Rule.Param1!, CultureInfo.InvariantCulture) : null;
    }

    public IReadOnlyList<LogRule> Rules { get; }

    /// <summary>The text with its includes expanded.</summary>
    public string Text { get; }

    /// <summary>Delivery to an address that begins with <c>http:</c> is allowed.</summary>
    public bool AllowHttpUrl => Has(RuleVerb.AllowHttpUrl);

    public bool SkipCompression => Has(RuleVerb.SkipCompression);

    /// <summary>Messages are made but not delivered.</summary>
    public bool SkipSubmission => Has(RuleVerb.SkipSubmission);

    /// <summary>How many of a hundred messages are kept; null when all are.</summary>
    public int? SamplePercent { get; }

    public bool CopiesSessionFields { get; }

    /// <summary>False when the rules are switches, sampling and session fields only: then details need not be listed.</summary>
    public bool ActsOnDetails { get; }

    /// <summary>There is a rule that may drop a message for its details.</summary>
    public bool Stops { get; }

    /// <summary>There is a rule that may take away or change what a message holds.</summary>
    public bool Removes { get; }

    /// <summary>Every detail goes through the masker.</summary>
    public bool MasksEverything { get; }

    /// <summary>All that is done to details is masking every one of them, so that a masker of whole exchanges can do it.</summary>
    public bool IsMaskEverythingAlone { get; }

    /// <param name="text">Rules, or <c>file://</c> and a path; null or blank for the default set.</param>
    /// <param name="source">Files and the default set.</param>
    /// <param name="rules">Null when the result is false.</param>
    /// <param name="error">The first thing that is wrong; null when the result is true.</param>
    public static bool TryParse(string? text, RuleSource source, [NotNullWhen(true)] out RuleSet? rules, [NotNullWhen(false)] out RuleError? error)
    {
        rules = null;
        if (!RuleText.TryLoad(text, source, out var loaded, out error)) return false;
        var compiled = new List<CompiledRule>();
        foreach (var (line, origin) in loaded.Lines)
        {
            if (TryAddLine(compiled, line, source.Limits, out var problem)) continue;
            error = problem with { Line = origin };
            return false;
        }

        rules = new RuleSet([.. compiled], loaded.ToString());
        return true;
    }

    /// <summary>Applies the rules to a message.</summary>
    /// <param name="details">Changed in place; meaningless unless the outcome is <see cref="RuleOutcome.Kept"/>.</param>
    /// <param name="context">Counts the outcome.</param>
    public RuleOutcome Apply(List<LogDetail> details, RuleContext context)
    {
        var evaluation = new RuleEvaluation(this, context);
        var outcome = evaluation.Decide(details);
        if (outcome == RuleOutcome.Kept) outcome = evaluation.Edit(details);
        if (outcome == RuleOutcome.Kept)
        {
            details.RemoveAll(detail => detail.Value.Length == 0);
            if (details.Count == 0) outcome = RuleOutcome.Empty;
        }

        context.Counters.Count(outcome);
        return outcome;
    }

    /// <summary>Whether <c>copy_session_field</c> asks for a field of this name.</summary>
    public bool CopiesSessionField(string name) =>
        Of(RuleVerb.CopySessionField).Any(rule => rule.Value!.Matches(name) == PatternOutcome.Yes);

    internal CompiledRule[] Of(RuleVerb verb) => _rules[(int)verb];

    internal bool Has(RuleVerb verb) => Of(verb).Length > 0;

    private static bool IsRemoving(RuleVerb verb) => verb is
        RuleVerb.Remove or RuleVerb.RemoveIf or RuleVerb.RemoveIfFound or RuleVerb.RemoveUnless or RuleVerb.RemoveUnlessFound or
        RuleVerb.Replace or RuleVerb.MaskSensitive;

    private static bool TryAddLine(List<CompiledRule> rules, string line, RuleLimits limits, [NotNullWhen(false)] out RuleError? error)
    {
        if (line.Length > limits.MaxLineChars) error = new RuleError("Invalid rule: the line is too long", Detail: $"at most {limits.MaxLineChars} characters");
        else if (!RuleLineParser.TryParse(line, out var rule, out error)) return false;
        else if (rule is null) return true;
        else if (rules.Count == limits.MaxRules) error = new RuleError("Invalid rule: too many rules", Detail: $"at most {limits.MaxRules}");
        else if (rule.Verb == RuleVerb.Sample && rules.Exists(other => other.Verb == RuleVerb.Sample)) error = new RuleError("Multiple sample rules");
        else if (!CompiledRule.TryCreate(rule, limits, out var compiled, out var reason)) error = new RuleError(reason, Detail: $"in rule: {line.Trim()}");
        else rules.Add(compiled);
        return error is null;
    }
}
