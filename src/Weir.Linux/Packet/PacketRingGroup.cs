using Weir.Linux.Native;

namespace Weir.Linux;

/// <summary>How the packets of an interface are shared among the rings of a group.</summary>
public enum FanoutMode
{
    /// <summary>By what is inside tunnels where the kernel takes the program, else <see cref="Hash"/>.</summary>
    Inner,
    /// <summary>
    /// The kernel's symmetric flow hash (PACKET_FANOUT_HASH): the two directions of a connection inside a tunnel with
    /// changing UDP ports (VXLAN, Geneve) may part.
    /// </summary>
    Hash,
}

/// <summary>
/// Rings of one interface that share its packets (PACKET_FANOUT, packet(7)), a connection always to the same one. The kernel
/// numbers members in the order in which they joined, so a group is opened as a whole, and member N of each interface gets the
/// same connections.
/// </summary>
public static class PacketRingGroup
{
    /// <summary>
    /// Opens the rings in the calling thread's network namespace. None takes a packet before all have joined: a ring
    /// that is bound but in no group yet would get all of them.
    /// </summary>
    /// <param name="settings">Of each ring.</param>
    /// <param name="members">How many; one alone is in no group.</param>
    /// <param name="linkHeaderBytes">Length of the interface's link header: 14 for Ethernet, 0 where frames begin with IP.</param>
    /// <param name="tunnels">Which UDP packets are looked into.</param>
    /// <param name="mode">What is asked of the kernel.</param>
    /// <exception cref="LinuxException">As of <see cref="PacketRing"/>.</exception>
    public static IReadOnlyList<PacketRing> Open(
        PacketRingSettings settings, int members, int linkHeaderBytes, TunnelPorts tunnels, FanoutMode mode = FanoutMode.Inner)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (members == 1) return [new PacketRing(settings)];
        if (mode == FanoutMode.Inner)
        {
            try
            {
                return Open(settings, members, FlowSteering.Program(linkHeaderBytes, tunnels));
            }
            catch (LinuxException refused) when (IsAboutFanout(refused))
            {
                // A kernel before 4.3, or one whose administrator forbids programs: the flow hash is everywhere.
            }
        }

        return Open(settings, members, null);
    }

    private static List<PacketRing> Open(PacketRingSettings settings, int members, FilterProgram? steering)
    {
        // In a group the kernel asks for outgoing packets by a flag of its own, and only since Linux 5.11: the filter leaves
        // them out on any.
        var closed = settings with { Filter = FilterProgram.Nothing, IgnoreOutgoing = false };
        var rings = new List<PacketRing>(members);
        try
        {
            ushort? id = null;
            for (var member = 0; member < members; member++)
            {
                rings.Add(new PacketRing(closed));
                id = rings[^1].JoinFanout(id, steering is null ? PacketAbi.PACKET_FANOUT_HASH : PacketAbi.PACKET_FANOUT_CBPF);
            }

            if (steering is not null) rings[0].SteerFanout(steering);
            var filter = settings.Filter ?? FilterProgram.Everything;
            if (settings.IgnoreOutgoing) filter = filter.WithoutSent();
            foreach (var ring in rings) ring.Attach(filter);
            return rings;
        }
        catch
        {
            foreach (var ring in rings) ring.Dispose();
            throw;
        }
    }

    private static bool IsAboutFanout(LinuxException error) =>
        error.Operation.Contains("PACKET_FANOUT", StringComparison.Ordinal) && error.Errno is Errno.EINVAL or Errno.EPERM or Errno.ENOPROTOOPT;
}
