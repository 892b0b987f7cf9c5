using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Live;

/// <summary>A short chaos with every fault once; the long one is <c>./dev chaos --for 30m</c>.</summary>
public sealed class ChaosTests(ITestOutputHelper log) : IDisposable
{
    /// <summary>What the run ends with where it lacks a tool, having said which.</summary>
    private const int NotTried = 2;

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-chaos-test-").FullName;

    [SkippableFact]
    public async Task Whatever_breaks_no_call_is_lost_without_a_word_or_stored_twice_and_every_role_comes_back()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess && Child.Exists("unshare") && Child.Exists("ip"), "needs root, unshare and ip");
        var configuration = WeirCommand.Assembly.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var chaos = RepositoryRoot.Combine($"bench/Weir.Benchmarks/bin/{configuration}/net10.0/Weir.Benchmarks.dll");
        // All that it makes is in namespaces of its own, which end with it, and in this folder.
        string[] arguments =
            ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "dotnet", chaos, "chaos", "--weir", WeirCommand.Assembly, "--for", "60s", "--seed", "1"];
        using var run = Child.Start("unshare", arguments, new Dictionary<string, string> { ["TMPDIR"] = _folder });
        var (code, output, errors) = await run.Finish(TimeSpan.FromMinutes(8));
        log.WriteLine(output + errors);
        Skip.If(code == NotTried, output);
        Assert.Contains("nothing acknowledged is lost: kept", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
