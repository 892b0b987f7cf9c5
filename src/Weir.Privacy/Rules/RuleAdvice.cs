namespace Weir.Privacy.Rules;

/// <summary>What is allowed but hardly meant.</summary>
public static class RuleAdvice
{
    /// <summary>Keys that always have a name after a colon.</summary>
    private static readonly string[] s_prefixes = ["request_header", "request_param", "response_header", "session_field"];

    /// <summary>Sentences for people, in the order of the rules.</summary>
    public static IEnumerable<string> For(RuleSet rules)
    {
        if (rules.Rules.Count == 0) yield return "there are no rules: everything is logged, secrets included";
        if (rules.SkipSubmission) yield return "skip_submission: messages are made but not delivered";
        foreach (var verb in Enum.GetValues<RuleVerb>())
        {
            foreach (var rule in rules.Of(verb))
            {
                foreach (var advice in For(rule)) yield return advice;
            }
        }
    }

    private static IEnumerable<string> For(CompiledRule rule)
    {
        var name = rule.Verb.Name();
        if (rule.Scope is { } scope)
        {
            foreach (var prefix in s_prefixes.Where(prefix => scope.Matches(prefix) == PatternOutcome.Yes && scope.Matches(prefix + ":x") == PatternOutcome.No))
            {
                yield return $"{rule.Rule.Scope} {name}: no key is {prefix} alone; {prefix}:.* matches all of them";
            }
        }

        var isWhole = rule.Verb is RuleVerb.RemoveIf or RuleVerb.RemoveUnless or RuleVerb.StopIf or RuleVerb.StopUnless;
        if (isWhole && rule.Rule.Param1 is { } pattern && pattern.Contains(".*", StringComparison.Ordinal) && !pattern.Contains("(?s", StringComparison.Ordinal))
        {
            yield return $"{rule.Rule.Scope} {name} {pattern}: a dot does not match line ends, so a text of several lines does not match; (?s) changes that, {name}_found searches";
        }

        if (rule.Value is { IsLinear: false })
        {
            yield return $"{rule.Rule.Scope} {name} {rule.Rule.Param1}: look-around, back-references and atomic groups can take long; a value that takes too long is removed";
        }
    }
}
