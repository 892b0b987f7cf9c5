namespace Weir.Linux;

/// <summary>A network interface as RTM_NEWLINK describes it.</summary>
/// <param name="Index">Kernel index; never reused while the namespace lives, unlike the name.</param>
/// <param name="Name">At most 15 characters.</param>
/// <param name="IsUp">Set administratively up (IFF_UP), carrier or not.</param>
/// <param name="HardwareType">An ARPHRD_ number (linux/if_arp.h): 1 Ethernet, 772 loopback, 65534 none …</param>
public sealed record LinkInfo(int Index, string Name, bool IsUp, ushort HardwareType)
{
    /// <summary>Each of its packets passes twice, sent and received (ARPHRD_LOOPBACK).</summary>
    public bool IsLoopback => HardwareType == 772;
}
