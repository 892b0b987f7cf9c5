using System.Diagnostics.CodeAnalysis;

namespace Weir.Privacy.Rules;

/// <summary>A rule with its patterns ready.</summary>
internal sealed class CompiledRule
{
    private CompiledRule(LogRule rule) => Rule = rule;

    public LogRule Rule { get; }

    public RuleVerb Verb => Rule.Verb;

    public RulePattern? Scope { get; private init; }

    /// <summary>For values; for <see cref="RuleVerb.CopySessionField"/> names of session fields.</summary>
    public RulePattern? Value { get; private init; }

    public Replacement? Replacement { get; private init; }

    public bool CoversEverything => Scope is { IsEverything: true };

    public static bool TryCreate(LogRule rule, RuleLimits limits, [NotNullWhen(true)] out CompiledRule? compiled, out string error)
    {
        compiled = null;
        RulePattern? scope = null;
        RulePattern? value = null;
        Replacement? replacement = null;
        error = "";
        if (rule.Scope is not null && !RulePattern.TryCreate(rule.Scope, whole: true, limits, out scope, out error)) return false;
        if (rule.Param1 is not null && rule.Verb != RuleVerb.Sample &&
            !RulePattern.TryCreate(rule.Param1, IsWhole(rule.Verb), limits, out value, out error))
        {
            return false;
        }

        if (rule.Param2 is not null && !Replacement.TryCreate(rule.Param2, value!, out replacement, out error)) return false;
        compiled = new CompiledRule(rule) { Scope = scope, Value = value, Replacement = replacement };
        return true;
    }

    private static bool IsWhole(RuleVerb verb) => verb is not (
        RuleVerb.RemoveIfFound or RuleVerb.RemoveUnlessFound or RuleVerb.StopIfFound or RuleVerb.StopUnlessFound or RuleVerb.Replace);
}
