using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Live;

/// <summary>A short soak; the long one is <c>./dev soak --for 10m</c>.</summary>
public sealed class SoakTests(ITestOutputHelper log)
{
    [SkippableFact]
    public async Task Under_overload_Weir_stays_within_its_memory_and_no_complete_record_is_wrong()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess && Child.Exists("unshare") && Child.Exists("ip"), "needs root, unshare and ip");
        var configuration = WeirCommand.Assembly.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var soak = RepositoryRoot.Combine($"bench/Weir.Benchmarks/bin/{configuration}/net10.0/Weir.Benchmarks.dll");
        using var run = Child.Start("unshare", "--net", "dotnet", soak, "soak", "--weir", WeirCommand.Assembly, "--for", "20s");
        var (code, output, errors) = await run.Finish(TimeSpan.FromMinutes(3));
        log.WriteLine(output + errors);
        Assert.Contains("corrupt 0", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }
}
