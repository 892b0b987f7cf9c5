using System.Collections.Concurrent;
using Weir.Packets;

namespace Weir.Kubernetes.Identity;

/// <summary>What a look into the past found.</summary>
internal enum HolderAnswer
{
    /// <summary>Nobody is remembered to have had the address.</summary>
    Never,
    /// <summary>Somebody had it, but nobody at that time.</summary>
    NotThen,
    Found,
}

/// <summary>
/// Which pod had an address when. One thread writes; any may read without a lock: what it finds at an address is an immutable array,
/// newest pod first.
/// </summary>
/// <remarks>
/// The API tells changes late and its times in whole seconds: a pod's address is reported after its first packets, and a pod's end after
/// its last. So the time between two pods of one address is divided by what is known: the later begins no sooner than its start, nor
/// than the end of the former as its containers reported it.
/// </remarks>
internal sealed class Holders(IdentityLimits limits)
{
    /// <summary>Clocks of nodes differ, and a start is told in whole seconds: so much before its start a call is still the pod's.</summary>
    private const long EarlyNs = 5_000_000_000;

    /// <summary>The same at its end; no later pod is known.</summary>
    private const long LateNs = 2_000_000_000;

    private readonly ConcurrentDictionary<IpAddress, Holding[]> _byAddress = new();
    private readonly Queue<(IpAddress Address, string Uid, long EndedNs)> _past = new();

    public int Addresses { get; private set; }

    /// <summary>Ended pods that are remembered.</summary>
    public int Past { get; private set; }

    /// <summary>Addresses that found no room.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Who had an address at a time (Unix nanoseconds).</summary>
    public HolderAnswer Find(IpAddress address, long atNs, out PodIdentity? pod)
    {
        pod = null;
        if (!_byAddress.TryGetValue(address, out var holdings)) return HolderAnswer.Never;
        var at = 0;
        while (at < holdings.Length && atNs < holdings[at].SinceNs) at++;
        if (at < holdings.Length && (holdings[at].UntilNs == long.MaxValue || atNs <= holdings[at].UntilNs + LateNs)) pod = holdings[at].Pod;
        // Nobody's time: that of the next who came, if only just.
        else if (at > 0 && atNs >= holdings[at - 1].SinceNs - EarlyNs) pod = holdings[at - 1].Pod;
        return pod is null ? HolderAnswer.NotThen : HolderAnswer.Found;
    }

    /// <summary>A pod has an address; said again, its identity is as given now.</summary>
    /// <param name="address">One of its addresses.</param>
    /// <param name="pod">As it is known now.</param>
    /// <param name="sinceNs">Not before this.</param>
    /// <param name="untilNs">When it is over already, the last moment; <see cref="long.MaxValue"/> while it lasts.</param>
    /// <param name="nowNs">From when on an ended one is forgotten by age.</param>
    public void Begin(IpAddress address, PodIdentity pod, long sinceNs, long untilNs, long nowNs)
    {
        if (!_byAddress.TryGetValue(address, out var old))
        {
            if (Addresses >= limits.MaxAddresses)
            {
                LeftOut++;
                return;
            }

            Addresses++;
            _byAddress[address] = [new Holding(pod, sinceNs, untilNs)];
            if (untilNs != long.MaxValue) Remember(address, pod.Uid, nowNs);
            return;
        }

        var index = Array.FindIndex(old, one => one.Pod.Uid == pod.Uid);
        if (index >= 0)
        {
            var same = (Holding[])old.Clone();
            same[index] = old[index] with { Pod = pod };
            _byAddress[address] = same;
            return;
        }

        // Lists come in no order of time. Whoever lasts is the newest, even where it started long ago and changed its address since.
        var next = old.ToList();
        next.Add(new Holding(pod, sinceNs, untilNs));
        next.Sort(static (a, b) => (a.UntilNs == long.MaxValue) == (b.UntilNs == long.MaxValue)
            ? b.SinceNs.CompareTo(a.SinceNs)
            : b.UntilNs.CompareTo(a.UntilNs));
        if (untilNs != long.MaxValue) Remember(address, pod.Uid, nowNs);
        Divide(next, address);
        while (next.Count > limits.MaxHolders) next.RemoveAt(next.Count - 1);
        _byAddress[address] = [.. next];
    }

    /// <summary>A pod has its address no longer.</summary>
    /// <param name="address">One that it had.</param>
    /// <param name="uid">The pod.</param>
    /// <param name="untilNs">The last moment at which it may have had it.</param>
    /// <param name="nowNs">From when on it is forgotten by age.</param>
    public void End(IpAddress address, string uid, long untilNs, long nowNs)
    {
        if (!_byAddress.TryGetValue(address, out var old)) return;
        var index = Array.FindIndex(old, one => one.Pod.Uid == uid);
        if (index < 0) return;
        var wasOpen = old[index].UntilNs == long.MaxValue;
        var next = old.ToList();
        next[index] = old[index] with { UntilNs = wasOpen ? Math.Max(untilNs, old[index].SinceNs) : Math.Min(old[index].UntilNs, Math.Max(untilNs, old[index].SinceNs)) };
        Divide(next, address);
        _byAddress[address] = [.. next];
        if (wasOpen) Remember(address, uid, nowNs);
        Forget(nowNs);
    }

    /// <summary>Forgets what is older than allowed, or one too many.</summary>
    public void Forget(long nowNs)
    {
        var oldest = nowNs - (limits.PastTime.Ticks * 100);
        while (_past.TryPeek(out var past) && (Past > limits.MaxPast || past.EndedNs < oldest))
        {
            _past.Dequeue();
            Past--;
            if (!_byAddress.TryGetValue(past.Address, out var holdings)) continue;
            var left = Array.FindAll(holdings, one => one.Pod.Uid != past.Uid || one.UntilNs == long.MaxValue);
            if (left.Length > 0)
            {
                _byAddress[past.Address] = left;
                continue;
            }

            _byAddress.TryRemove(past.Address, out _);
            Addresses--;
        }
    }

    /// <summary>Makes neighbours meet: an open pod ends where the next begins, and the next begins where an ended one ends.</summary>
    private void Divide(List<Holding> holdings, IpAddress address)
    {
        for (var i = holdings.Count - 1; i > 0; i--)
        {
            var (later, former) = (holdings[i - 1], holdings[i]);
            if (former.UntilNs == long.MaxValue)
            {
                holdings[i] = former with { UntilNs = Math.Max(former.SinceNs, later.SinceNs) };
                Remember(address, former.Pod.Uid, later.SinceNs);
            }
            else if (former.UntilNs > later.SinceNs)
            {
                holdings[i - 1] = later with { SinceNs = Math.Min(former.UntilNs, later.UntilNs) };
            }
        }
    }

    private void Remember(IpAddress address, string uid, long endedNs)
    {
        _past.Enqueue((address, uid, endedNs));
        Past++;
    }

    /// <param name="Pod">Who.</param>
    /// <param name="SinceNs">First moment.</param>
    /// <param name="UntilNs">Last moment; <see cref="long.MaxValue"/> while it lasts.</param>
    private readonly record struct Holding(PodIdentity Pod, long SinceNs, long UntilNs);
}
