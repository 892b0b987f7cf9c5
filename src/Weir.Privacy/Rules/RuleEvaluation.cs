using System.Text;
using System.Text.RegularExpressions;

namespace Weir.Privacy.Rules;

/// <summary>
/// One run of rules over one message, in the reference's order: stop rules and sample, then masking, remove rules, replace.
/// Whatever cannot be decided in time is decided for secrecy: a message is dropped, a detail removed.
/// </summary>
internal struct RuleEvaluation
{
    private readonly RuleSet _rules;
    private readonly RuleContext _context;

    /// <summary>The time for the message runs from here.</summary>
    public RuleEvaluation(RuleSet rules, RuleContext context)
    {
        (_rules, _context) = (rules, context);
        context.BeginMessage();
    }

    /// <summary>Details removed because a limit was reached.</summary>
    public int RemovedByLimit { get; private set; }

    /// <summary>Whether to log the message at all, by values as they were sent.</summary>
    public readonly RuleOutcome Decide(List<LogDetail> details)
    {
        foreach (var verb in (ReadOnlySpan<RuleVerb>)[RuleVerb.Stop, RuleVerb.StopIfFound, RuleVerb.StopIf])
        {
            var outcome = StopIf(details, verb);
            if (outcome != RuleOutcome.Kept) return outcome;
        }

        foreach (var verb in (ReadOnlySpan<RuleVerb>)[RuleVerb.StopUnlessFound, RuleVerb.StopUnless])
        {
            var outcome = StopUnless(details, verb);
            if (outcome != RuleOutcome.Kept) return outcome;
        }

        return _rules.SamplePercent is { } percent && _context.IsSampledOut(percent) ? RuleOutcome.SampledOut : RuleOutcome.Kept;
    }

    /// <param name="details">Changed in place. Empty values are left in.</param>
    /// <param name="mask">False when everything was masked already.</param>
    public RuleOutcome Edit(List<LogDetail> details, bool mask = true)
    {
        if (mask && !Mask(details)) return RuleOutcome.TimedOut;
        foreach (var verb in (ReadOnlySpan<RuleVerb>)
            [RuleVerb.Remove, RuleVerb.RemoveUnlessFound, RuleVerb.RemoveIfFound, RuleVerb.RemoveUnless, RuleVerb.RemoveIf])
        {
            if (!Remove(details, verb)) return RuleOutcome.TimedOut;
        }

        if (details.Count == 0) return RuleOutcome.Empty;
        return Replace(details) ? RuleOutcome.Kept : RuleOutcome.TimedOut;
    }

    private readonly RuleOutcome StopIf(List<LogDetail> details, RuleVerb verb)
    {
        foreach (var rule in _rules.Of(verb))
        {
            foreach (var detail in details)
            {
                var applies = Applies(rule, detail);
                if (applies == PatternOutcome.TimedOut) return RuleOutcome.TimedOut;
                if (applies == PatternOutcome.Yes) return RuleOutcome.Stopped;
            }
        }

        return RuleOutcome.Kept;
    }

    /// <summary>
    /// The reference counts matching details over all rules of the verb and keeps the message when there are as many as rules.
    /// A rule that matches two repeated headers therefore drops the message, or makes up for another.
    /// </summary>
    private readonly RuleOutcome StopUnless(List<LogDetail> details, RuleVerb verb)
    {
        var wanted = 0;
        var matched = 0;
        foreach (var rule in _rules.Of(verb))
        {
            wanted++;
            foreach (var detail in details)
            {
                var applies = Applies(rule, detail);
                if (applies == PatternOutcome.TimedOut) return RuleOutcome.TimedOut;
                if (applies == PatternOutcome.Yes) matched++;
            }
        }

        return matched == wanted ? RuleOutcome.Kept : RuleOutcome.Stopped;
    }

    private bool Remove(List<LogDetail> details, RuleVerb verb)
    {
        var unless = verb is RuleVerb.RemoveUnless or RuleVerb.RemoveUnlessFound;
        foreach (var rule in _rules.Of(verb))
        {
            var kept = 0;
            for (var i = 0; i < details.Count; i++)
            {
                var detail = details[i];
                var inScope = InScope(rule, detail);
                var value = inScope == PatternOutcome.Yes ? Value(rule, detail) : inScope;
                if (value == PatternOutcome.TimedOut) CountRemoval();
                else if (inScope == PatternOutcome.No || value == (unless ? PatternOutcome.Yes : PatternOutcome.No)) details[kept++] = detail;
            }

            details.RemoveRange(kept, details.Count - kept);
            if (_context.IsOverBudget) return false;
        }

        return true;
    }

    private bool Mask(List<LogDetail> details)
    {
        foreach (var rule in _rules.Of(RuleVerb.MaskSensitive))
        {
            for (var i = details.Count - 1; i >= 0; i--)
            {
                var detail = details[i];
                var inScope = InScope(rule, detail);
                if (inScope == PatternOutcome.TimedOut) RemoveByLimit(details, i);
                else if (inScope == PatternOutcome.Yes && _context.Masker.Mask(detail.Key, detail.Value, out var masked)) details[i] = detail with { Value = masked };
            }

            if (_context.IsOverBudget) return false;
        }

        return true;
    }

    private bool Replace(List<LogDetail> details)
    {
        foreach (var rule in _rules.Of(RuleVerb.Replace))
        {
            for (var i = details.Count - 1; i >= 0; i--)
            {
                var detail = details[i];
                var inScope = InScope(rule, detail);
                if (inScope == PatternOutcome.No) continue;
                if (inScope == PatternOutcome.Yes && TryReplace(rule, detail.Value, out var replaced)) details[i] = detail with { Value = replaced };
                else RemoveByLimit(details, i);
            }

            if (_context.IsOverBudget) return false;
        }

        return true;
    }

    private void RemoveByLimit(List<LogDetail> details, int index)
    {
        details.RemoveAt(index);
        CountRemoval();
    }

    private void CountRemoval()
    {
        RemovedByLimit++;
        _context.Counters.ValuesRemovedByLimit++;
    }

    /// <returns>False when it took too long or the text would grow too large.</returns>
    private readonly bool TryReplace(CompiledRule rule, string value, out string replaced)
    {
        replaced = value;
        var (regex, replacement) = (rule.Value!.Regex, rule.Replacement!);
        var output = new StringBuilder();
        var copied = 0;
        try
        {
            if (replacement.NeedsGroups)
            {
                for (var match = regex.Match(value); match.Success; match = match.NextMatch())
                {
                    output.Append(value, copied, match.Index - copied);
                    replacement.Append(output, match);
                    copied = match.Index + match.Length;
                    if (output.Length > _context.Limits.MaxValueChars || _context.IsOverBudget) return false;
                }
            }
            else
            {
                foreach (var match in regex.EnumerateMatches(value))
                {
                    output.Append(value, copied, match.Index - copied);
                    replacement.Append(output, value.AsSpan(match.Index, match.Length));
                    copied = match.Index + match.Length;
                    if (output.Length > _context.Limits.MaxValueChars || _context.IsOverBudget) return false;
                }
            }
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }

        // Nothing copied and nothing written is a match of nothing at the start, or no match: the value stays as it is.
        if (copied == 0 && output.Length == 0) return true;
        output.Append(value, copied, value.Length - copied);
        replaced = output.ToString();
        return true;
    }

    private readonly PatternOutcome Applies(CompiledRule rule, LogDetail detail)
    {
        var inScope = InScope(rule, detail);
        return inScope == PatternOutcome.Yes ? Value(rule, detail) : inScope;
    }

    private readonly PatternOutcome InScope(CompiledRule rule, LogDetail detail) =>
        _context.IsOverBudget ? PatternOutcome.TimedOut : rule.Scope!.Matches(detail.Key);

    private static PatternOutcome Value(CompiledRule rule, LogDetail detail) => rule.Value?.Matches(detail.Value) ?? PatternOutcome.Yes;
}
