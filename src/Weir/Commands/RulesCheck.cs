using Weir.Privacy.Rules;

namespace Weir.Cli.Commands;

internal static class RulesCheck
{
    public static int Run(RuleSet rules)
    {
        foreach (var rule in rules.Rules) Console.WriteLine(Show(rule));
        foreach (var advice in RuleAdvice.For(rules)) Console.Error.WriteLine($"weir: {advice}");
        Console.Error.WriteLine($"weir: {rules.Rules.Count} {(rules.Rules.Count == 1 ? "rule" : "rules")}");
        return ExitCode.Done;
    }

    /// <summary>As it was understood, with the anchors that were added.</summary>
    private static string Show(LogRule rule)
    {
        var scope = rule.Scope is null ? "" : $"{rule.Scope} ";
        var first = rule.Param1 is null ? "" : $" {rule.Param1}";
        var second = rule.Param2 is null ? "" : $" -> {(rule.Param2.Length == 0 ? "(nothing)" : rule.Param2)}";
        return $"{scope}{rule.Verb.Name()}{first}{second}";
    }
}
