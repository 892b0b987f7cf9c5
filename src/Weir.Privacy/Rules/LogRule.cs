namespace Weir.Privacy.Rules;

/// <summary>One rule as written: verb, scope and parameters after unescaping, with the anchors that were added.</summary>
/// <param name="Verb">What it does.</param>
/// <param name="Scope">Pattern that a detail's whole key must match; null for verbs without one.</param>
/// <param name="Param1">Pattern for the value, session field pattern, or percentage.</param>
/// <param name="Param2">Replacement text in Java's notation.</param>
public sealed record LogRule(RuleVerb Verb, string? Scope = null, string? Param1 = null, string? Param2 = null);

/// <summary>What is wrong with a rule text.</summary>
/// <param name="Message">In the words of the reference logger.</param>
/// <param name="Line">Line of the text, from 1; 0 when no line is to blame.</param>
/// <param name="Detail">What to do about it, where more can be said; else empty.</param>
public sealed record RuleError(string Message, int Line = 0, string Detail = "")
{
    public override string ToString() =>
        (Line > 0 ? $"line {Line}: " : "") + Message + (Detail.Length > 0 ? $" ({Detail})" : "");
}
