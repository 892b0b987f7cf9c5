namespace Weir.Cli.Doctor;

/// <summary>How a question was answered.</summary>
internal enum DoctorVerdict
{
    Yes,
    No,
    /// <summary>A fact that is neither good nor bad.</summary>
    Note,
}

/// <summary>What a no means for Weir.</summary>
internal enum DoctorNeed
{
    /// <summary>Something does not work or works less well; all else does.</summary>
    Optional,
    /// <summary>A way to capture: one of all these must work.</summary>
    Capture,
    /// <summary>Nothing that stores works without it.</summary>
    Required,
}

/// <summary>One answer of this host.</summary>
/// <param name="Id">For scripts: lower case, words joined by hyphens; each differs.</param>
/// <param name="Title">What was asked, for people.</param>
/// <param name="Verdict">The answer.</param>
/// <param name="Detail">What was found: versions, names, sizes, or why not. Empty when the title says it all.</param>
internal sealed record DoctorFinding(string Id, string Title, DoctorVerdict Verdict, string Detail = "")
{
    public DoctorNeed Need { get; init; }

    /// <summary>What to do about a no; empty when nothing can be done, or the detail says it.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>Yes when <paramref name="ok"/>, else no.</summary>
    public static DoctorFinding Of(string id, string title, bool ok, string detail = "", string remedy = "") =>
        new(id, title, ok ? DoctorVerdict.Yes : DoctorVerdict.No, detail) { Remedy = ok ? "" : remedy };
}

/// <summary>Where a check looks.</summary>
/// <param name="DataDirectory">Where <c>weir up</c> would store calls.</param>
/// <param name="Kubeconfig">Cluster to ask; null asks the one that this pod is of.</param>
/// <param name="KubeContext">Context of the kubeconfig; null takes its current one.</param>
internal sealed record DoctorContext(string DataDirectory, string? Kubeconfig = null, string? KubeContext = null);

/// <summary>
/// A question, or several that belong together, answered by trying. It leaves nothing behind and throws nothing that is this
/// host's fault: what cannot be had is a finding.
/// </summary>
internal interface IDoctorCheck
{
    IEnumerable<DoctorFinding> Examine(DoctorContext context);
}
