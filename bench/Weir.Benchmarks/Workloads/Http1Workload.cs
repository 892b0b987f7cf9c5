using Weir.Benchmarks.Generate;

namespace Weir.Benchmarks.Workloads;

public sealed class Http1Workload : IWorkload
{
    private const int Distinct = 512;

    public string Protocol => "http1";

    public IReadOnlyList<(byte[] Request, byte[] Response)> Exchanges { get; } =
        [.. Enumerable.Range(0, Distinct).Select(RestMessages.Make)];
}
