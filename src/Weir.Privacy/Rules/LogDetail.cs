namespace Weir.Privacy.Rules;

/// <summary>One entry of a message: what rules see.</summary>
/// <param name="Key">Lower case: <c>request_body</c>, <c>response_header:set-cookie</c> …</param>
/// <param name="Value">Text; rules never leave an empty one.</param>
/// <param name="Tag">The caller's own mark, which rules carry along.</param>
public readonly record struct LogDetail(string Key, string Value, int Tag = 0);

/// <summary>What rules made of a message.</summary>
public enum RuleOutcome : byte
{
    /// <summary>To be logged, as the details now are.</summary>
    Kept,
    /// <summary>A stop rule applied.</summary>
    Stopped,
    SampledOut,
    /// <summary>No detail was left.</summary>
    Empty,
    /// <summary>A stop rule could not be decided, or all rules together took too long: not logged, to be safe.</summary>
    TimedOut,
}
