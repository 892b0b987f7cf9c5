namespace Weir.Cli.Doctor;

/// <summary>What <c>weir doctor</c> asks, in this order. A further check is a class and a line here.</summary>
internal static class DoctorChecks
{
    public static IReadOnlyList<IDoctorCheck> All { get; } =
    [
        new PlatformCheck(),
        new CapabilityCheck(),
        new PacketSocketCheck(),
        new FanoutCheck(),
        new RingMemoryCheck(),
        new LibpcapCheck(),
        new EbpfCheck(),
        new KubernetesCheck(),
        new StoreCheck(),
        new DiskCheck(),
    ];
}
