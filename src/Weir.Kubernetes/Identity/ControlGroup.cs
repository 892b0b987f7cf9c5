using System.Collections.Concurrent;

namespace Weir.Kubernetes.Identity;

/// <summary>
/// A pod's uid in the path of a control group, by either of the kubelet's drivers (pkg/kubelet/cm/cgroup_manager_linux.go):
/// <c>kubepods-burstable-pod0a1b_….slice</c> and <c>kubepods/burstable/pod0a1b-…</c>. It serves containers that the API does not list yet.
/// </summary>
internal static class ControlGroup
{
    private const int UidChars = 36;

    /// <summary>Null when the path names no pod, or one that is not known. Allocates nothing.</summary>
    public static PodIdentity? Find(ReadOnlySpan<char> path, ConcurrentDictionary<string, PodIdentity> byUid)
    {
        if (!path.Contains("kubepods", StringComparison.Ordinal)) return null;
        Span<char> uid = stackalloc char[UidChars];
        for (var at = path.LastIndexOf("pod"); at >= 0; at = at > 0 ? path[..at].LastIndexOf("pod") : -1)
        {
            var rest = path[(at + 3)..];
            if (rest.Length < UidChars || !IsUid(rest[..UidChars])) continue;
            rest[..UidChars].Replace(uid, '_', '-');
            return byUid.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(uid, out var pod) ? pod : null;
        }

        return null;
    }

    private static bool IsUid(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < UidChars; i++)
        {
            var isJoint = i is 8 or 13 or 18 or 23;
            if (isJoint ? text[i] is not ('-' or '_') : !char.IsAsciiHexDigit(text[i])) return false;
        }

        return true;
    }
}
