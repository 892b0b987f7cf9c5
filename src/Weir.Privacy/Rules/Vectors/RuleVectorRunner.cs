using System.Text;

namespace Weir.Privacy.Rules.Vectors;

/// <summary>How a vector went.</summary>
public enum VectorOutcome : byte
{
    Passed,
    Failed,
    /// <summary>It loads a file that is not there, though the reference had one.</summary>
    FileMissing,
}

/// <param name="Outcome">How it went.</param>
/// <param name="Difference">Expected and actual for people; empty when passed.</param>
public readonly record struct VectorResult(VectorOutcome Outcome, string Difference);

/// <summary>Runs vectors. Results are compared as one text each, in which a difference is easy to see.</summary>
/// <param name="source">Loads files.</param>
/// <param name="context">Its chance should keep every message, or vectors with <c>sample</c> are a lottery.</param>
public sealed class RuleVectorRunner(RuleSource source, RuleContext context)
{
    /// <summary>The text that the vectors of the reference load under this name; they do not bring it along.</summary>
    public static string? ReferenceFile(string name) => name == "r2.txt" ? "include debug\nsample 34" : null;

    internal const string NoRule = "no rule";

    internal const string Dropped = "dropped";

    private const string ErrorPrefix = "error: ";

    public VectorResult Run(RuleVector vector)
    {
        if (vector.Expected is null) return new VectorResult(VectorOutcome.Failed, "its \"java\" result is of an unknown shape");
        string? actual = vector.Kind switch
        {
            "parse" => Parse(vector.Rules),
            "ruleset" => Load(vector.Rules),
            "apply" => Apply(vector),
            _ => null,
        };
        if (actual is null) return new VectorResult(VectorOutcome.Failed, $"its kind \"{vector.Kind}\" is unknown");
        if (actual == vector.Expected || (vector.Kind == "apply" && IsError(actual) && IsError(vector.Expected))) return new VectorResult(VectorOutcome.Passed, "");
        var missing = actual.StartsWith($"{ErrorPrefix}Failed to load rules:", StringComparison.Ordinal) && !IsError(vector.Expected);
        return new VectorResult(
            missing ? VectorOutcome.FileMissing : VectorOutcome.Failed, $"expected {vector.Expected}\n  actual {actual}");
    }

    internal static string Error(string message) => ErrorPrefix + message;

    internal static string Show(string verb, string? scope, string? param1, string? param2) =>
        $"{verb} scope={scope ?? "-"} param1={param1 ?? "-"} param2={param2 ?? "-"}";

    internal static string Show(IEnumerable<LogDetail> details)
    {
        var text = new StringBuilder();
        foreach (var detail in details) text.Append('[').Append(detail.Key).Append("] ").Append(detail.Value).Append('\n');
        return text.ToString();
    }

    private static bool IsError(string result) => result.StartsWith(ErrorPrefix, StringComparison.Ordinal);

    private static string Parse(string line)
    {
        if (!RuleLineParser.TryParse(line, out var rule, out var error)) return Error(error.Message);
        return rule is null ? NoRule : Show(rule.Verb.Name(), rule.Scope, rule.Param1, rule.Param2);
    }

    private string Load(string text) =>
        RuleSet.TryParse(text, source, out var rules, out var error) ? Summary(rules) : Error(error.Message);

    private static string Summary(RuleSet rules)
    {
        int Count(RuleVerb verb) => rules.Rules.Count(rule => rule.Verb == verb);
        static string Bool(bool value) => value ? "true" : "false";
        return $"size={rules.Rules.Count} allow_http_url={Bool(rules.AllowHttpUrl)} skip_compression={Bool(rules.SkipCompression)} " +
               $"skip_submission={Bool(rules.SkipSubmission)} copy={Count(RuleVerb.CopySessionField)} remove={Count(RuleVerb.Remove)} " +
               $"replace={Count(RuleVerb.Replace)} sample={rules.SamplePercent?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"}";
    }

    private string Apply(RuleVector vector)
    {
        if (!RuleSet.TryParse(vector.Rules, source, out var rules, out var error)) return Error(error.Message);
        List<LogDetail> details = [.. vector.Details];
        return rules.Apply(details, context) == RuleOutcome.Kept ? Show(details) : Dropped;
    }
}
