namespace Weir.Privacy.Rules;

/// <summary>What a logging rule does. The names in rule texts are these in snake_case.</summary>
public enum RuleVerb : byte
{
    AllowHttpUrl,
    CopySessionField,
    Remove,
    RemoveIf,
    RemoveIfFound,
    RemoveUnless,
    RemoveUnlessFound,
    Replace,
    Sample,
    SkipCompression,
    SkipSubmission,
    Stop,
    StopIf,
    StopIfFound,
    StopUnless,
    StopUnlessFound,
    /// <summary>Weir's own: details in scope go through <see cref="ISensitiveMasker"/>.</summary>
    MaskSensitive,
}

/// <summary>How a verb is written.</summary>
public static class RuleVerbs
{
    private static readonly string[] s_names =
    [
        "allow_http_url", "copy_session_field", "remove", "remove_if", "remove_if_found", "remove_unless", "remove_unless_found",
        "replace", "sample", "skip_compression", "skip_submission", "stop", "stop_if", "stop_if_found", "stop_unless",
        "stop_unless_found", "mask_sensitive",
    ];

    public static string Name(this RuleVerb verb) => s_names[(int)verb];

    /// <summary>Verbs that act on whole details, so that a rule set with one of them has to look at each.</summary>
    internal static bool ActsOnDetails(this RuleVerb verb) => verb is not (
        RuleVerb.AllowHttpUrl or RuleVerb.CopySessionField or RuleVerb.Sample or RuleVerb.SkipCompression or RuleVerb.SkipSubmission);
}
