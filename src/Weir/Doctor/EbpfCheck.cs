using Weir.Capture;

namespace Weir.Cli.Doctor;

/// <summary>What the kernel plane finds here: each part that it needs, and the plane itself loaded, attached and taken down again.</summary>
internal sealed class EbpfCheck : IDoctorCheck
{
    public IEnumerable<DoctorFinding> Examine(DoctorContext context)
    {
        if (!OperatingSystem.IsLinux()) yield break;
        foreach (var (id, name, isThere, detail) in EbpfFeatures.Probe())
            yield return DoctorFinding.Of(id, name, isThere, detail) with { Need = id == EbpfFeatures.CaptureId ? DoctorNeed.Capture : DoctorNeed.Optional };
    }
}
