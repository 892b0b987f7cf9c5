using System.Globalization;
using Weir.Benchmarks.Chaos.Plant;

namespace Weir.Benchmarks.Chaos.Verdict;

/// <summary>Resident memory: below a bound in every life, and flat in those that last the whole run.</summary>
internal static class MemoryVerdict
{
    private static readonly TimeSpan s_settling = TimeSpan.FromMinutes(15);

    public static void Judge(IEnumerable<Role> roles, ChaosBounds bounds, Breaches breaches)
    {
        foreach (var role in roles)
        {
            var peak = Peak(role);
            if (peak > Bound(role, bounds))
                breaches.Add("memory bounded", string.Create(CultureInfo.InvariantCulture, $"{role.Name} had {peak >> 20} MiB, {Bound(role, bounds) >> 20} are its bound"));
            if (role.IsSteady && CanTell(role) && !role.Life.Memory.IsFlat) breaches.Add("memory bounded", $"{role.Name} grows");
        }
    }

    /// <summary>Every kind of fault has come to the role in the first half, and filled what it fills: after a quarter of an hour.</summary>
    public static bool CanTell(Role role) => role.Life.EndMs - role.Life.StartMs > s_settling.TotalMilliseconds;

    public static long Peak(Role role) => role.Lives.Max(static life => life.Memory.Peak);

    public static long Bound(Role role, ChaosBounds bounds) => role.Kind is RoleKind.Probe or RoleKind.Sniff ? bounds.ProbeBytes : bounds.CenterBytes;
}
