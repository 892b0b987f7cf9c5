using Weir.Kubernetes.Model;
using Weir.Packets;

namespace Weir.Kubernetes.Identity;

/// <summary>Since when and until when a pod has its address, as far as the API tells. Unix nanoseconds.</summary>
internal static class PodTimes
{
    /// <summary>The kubelet tells an address some seconds after the pod uses it.</summary>
    public const long ReportLagNs = 10_000_000_000;

    private const long SecondNs = 1_000_000_000;

    /// <summary>Not before this: the kubelet took the pod on, else it was made.</summary>
    public static long StartedNs(Pod pod, long nowNs) =>
        pod.Status?.StartTime is { } start ? Ns(start) : pod.Metadata.CreationTimestamp is { } made ? Ns(made) : nowNs;

    /// <summary>
    /// Null while it may still talk. A pod that has finished keeps its address in the API, although the node gives it to the next; so does
    /// one that is being deleted, whose containers have all ended.
    /// </summary>
    public static long? EndedNs(Pod pod)
    {
        var statuses = pod.Status?.ContainerStatuses ?? [];
        var hasFinished = pod.Status?.Phase is "Succeeded" or "Failed";
        var isLeaving = pod.Metadata.DeletionTimestamp is not null && statuses.Count > 0 && statuses.TrueForAll(one => one.State?.Terminated is not null);
        if (!hasFinished && !isLeaving) return null;
        var ends = statuses.Select(one => one.State?.Terminated?.FinishedAt).Where(end => end is not null).Select(end => end!.Value).ToList();
        // Told in whole seconds, cut off.
        if (ends.Count > 0) return Ns(ends.Max()) + SecondNs;
        // Evicted before a container ran: it never talked.
        return StartedNs(pod, 0);
    }

    private static long Ns(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks * 100;
}

/// <summary>Where a pod can be met.</summary>
internal static class PodAddresses
{
    /// <summary>Container ids remembered of one pod: one that restarts for ever would leave one each time.</summary>
    public const int MaxContainers = 64;

    /// <summary>Addresses that nobody else has; none in the network of the node.</summary>
    public static IEnumerable<IpAddress> Own(Pod pod) => pod.Spec?.HostNetwork == true ? [] : Told(pod).Distinct();

    /// <summary>Ports at the node's addresses.</summary>
    public static IEnumerable<(IpAddress Address, int[] Ports)> OfNode(Pod pod)
    {
        if (pod.Status is not { } status) yield break;
        var ports = (pod.Spec?.Containers ?? []).SelectMany(container => container.Ports ?? []).ToList();
        if (pod.Spec?.HostNetwork == true)
        {
            int[] declared = [.. ports.Select(port => port.Number).Distinct()];
            foreach (var address in Told(pod).Concat(Parse(status.HostIP)).Distinct()) yield return (address, declared);
            yield break;
        }

        int[] opened = [.. ports.Select(port => port.HostPort).Where(port => port > 0).Distinct()];
        if (opened.Length == 0) yield break;
        foreach (var address in Parse(status.HostIP)) yield return (address, opened);
    }

    /// <summary>Container ids as control groups show them, and the pod's uid, which stands there too.</summary>
    public static IEnumerable<string> Containers(Pod pod)
    {
        yield return pod.Metadata.Uid;
        foreach (var list in (List<ContainerStatus>?[])[pod.Status?.ContainerStatuses, pod.Status?.InitContainerStatuses, pod.Status?.EphemeralContainerStatuses])
        {
            foreach (var one in list ?? [])
            {
                // RUNTIME://ID
                var separator = one.ContainerID?.IndexOf("://", StringComparison.Ordinal) ?? -1;
                if (separator > 0) yield return one.ContainerID![(separator + 3)..];
            }
        }
    }

    private static IEnumerable<IpAddress> Told(Pod pod) =>
        Parse(pod.Status?.PodIP).Concat((pod.Status?.PodIPs ?? []).SelectMany(one => Parse(one.Ip)));

    public static IEnumerable<IpAddress> Parse(string? text)
    {
        if (IpAddress.TryParse(text, out var address)) yield return address;
    }
}
