using Weir.Packets;

namespace Weir.Probe;

/// <summary>Frames that could not be read, by interface. One thread counts; any thread may read.</summary>
internal sealed class DecodeLosses
{
    /// <summary>Interfaces told apart; what further ones lose is told without a name. A node has a device or two per pod.</summary>
    private const int MaxInterfaces = 1024;

    private static readonly int Outcomes = Enum.GetValues<DecodeOutcome>().Length;

    private readonly long[] _elsewhere = new long[Outcomes];
    private long[]?[] _byInterface = [];

    /// <summary>Whether a frame with this outcome is lost: neither read nor of a kind that Weir leaves aside.</summary>
    public static bool IsLoss(DecodeOutcome outcome) => outcome is
        DecodeOutcome.TruncatedLinkHeader or DecodeOutcome.TruncatedIpHeader or DecodeOutcome.TruncatedTransportHeader
        or DecodeOutcome.MalformedIpHeader or DecodeOutcome.MalformedTransportHeader or DecodeOutcome.MalformedFragment
        or DecodeOutcome.UnknownLinkType or DecodeOutcome.TunnelTooDeep
        or DecodeOutcome.MalformedTunnel or DecodeOutcome.TruncatedTunnelHeader;

    public void Count(int interfaceId, DecodeOutcome outcome)
    {
        var counters = interfaceId is >= 0 and < MaxInterfaces ? Of(interfaceId) : _elsewhere;
        Volatile.Write(ref counters[(int)outcome], counters[(int)outcome] + 1);
    }

    /// <summary>Every reason of each interface that lost something, and every reason at zero; -1 stands for no interface.</summary>
    public IEnumerable<(int InterfaceId, string Reason, long Count)> Read()
    {
        var byInterface = Volatile.Read(ref _byInterface);
        foreach (var outcome in Enum.GetValues<DecodeOutcome>().Where(IsLoss))
        {
            var reason = PacketDecoderCounters.NameOf(outcome);
            yield return (-1, reason, Volatile.Read(ref _elsewhere[(int)outcome]));
            for (var id = 0; id < byInterface.Length; id++)
            {
                if (byInterface[id] is { } counters && Volatile.Read(ref counters[(int)outcome]) is > 0 and var count)
                    yield return (id, reason, count);
            }
        }
    }

    private long[] Of(int interfaceId)
    {
        var byInterface = _byInterface;
        if (interfaceId >= byInterface.Length)
        {
            Array.Resize(ref byInterface, Math.Min(MaxInterfaces, Math.Max(8, 2 * (interfaceId + 1))));
            Volatile.Write(ref _byInterface, byInterface);
        }

        return byInterface[interfaceId] ??= new long[Outcomes];
    }
}
