using System.Globalization;

namespace Weir.Cli.Doctor;

/// <summary>The capabilities of this process that matter to Weir (capabilities(7)).</summary>
internal sealed class CapabilityCheck : IDoctorCheck
{
    private const string Status = "/proc/self/status";

    /// <summary>Bits of include/uapi/linux/capability.h.</summary>
    private static readonly (int Bit, string Name)[] s_capabilities =
        [(12, "NET_ADMIN"), (13, "NET_RAW"), (19, "SYS_PTRACE"), (21, "SYS_ADMIN"), (24, "SYS_RESOURCE"), (38, "PERFMON"), (39, "BPF")];

    public IEnumerable<DoctorFinding> Examine(DoctorContext context)
    {
        if (!OperatingSystem.IsLinux()) yield break;
        var held = Held(File.ReadLines(Status));
        yield return new DoctorFinding(
            "capabilities", "capabilities of this process", DoctorVerdict.Note, held.Count == 0 ? "none of those that Weir can use" : string.Join(", ", held));
        yield return DoctorFinding.Of(
            "cap-net-raw", "CAP_NET_RAW", held.Contains("NET_RAW"), "",
            "run as root, or `setcap cap_net_raw+ep` the binary, or add NET_RAW to the container's capabilities");
    }

    /// <param name="status">Lines of proc_pid_status(5).</param>
    internal static IReadOnlyList<string> Held(IEnumerable<string> status)
    {
        var line = status.FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return ulong.TryParse(line?["CapEff:".Length..].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits)
            ? [.. s_capabilities.Where(one => (bits >> one.Bit & 1) != 0).Select(one => one.Name)]
            : [];
    }
}
