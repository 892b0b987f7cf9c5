namespace Weir.Benchmarks.Workloads;

/// <summary>Bytes to measure one protocol with. Each entry of the protocol catalog has one.</summary>
public interface IWorkload
{
    /// <summary>The protocol's name in the catalog.</summary>
    string Protocol { get; }

    /// <summary>Request and response bytes of some exchanges, as the two directions of one connection bring them.</summary>
    IReadOnlyList<(byte[] Request, byte[] Response)> Exchanges { get; }
}

public static class WorkloadCatalog
{
    public static IReadOnlyList<IWorkload> All { get; } = [new Http1Workload(), new Http2Workload(), new DnsWorkload()];
}
