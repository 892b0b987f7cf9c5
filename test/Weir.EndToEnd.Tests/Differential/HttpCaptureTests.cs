using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Differential;

public class HttpCaptureTests(ITestOutputHelper log)
{
    public static TheoryData<string> Captures => [.. HttpCaptures.All];

    public static TheoryData<string, string> ZeekLogs => HttpCaptures.ZeekLogs();

    [SkippableTheory]
    [MemberData(nameof(Captures))]
    public async Task Calls_agree_with_tshark(string capture)
    {
        var file = SharedData.Require(capture);
        Skip.IfNot(TsharkPeer.Present, "tshark is not installed");
        Agree(capture, "tshark", await TsharkPeer.Read(file), await Read(file));
    }

    [SkippableTheory]
    [MemberData(nameof(ZeekLogs))]
    public async Task Calls_agree_with_the_expected_log_of_zeek(string capture, string expectedLog)
    {
        var file = SharedData.Require(capture);
        var expected = ZeekLog.Read(SharedData.Require(expectedLog));
        Agree(capture, "zeek", expected, await Read(file), ZeekLog.AsLogged);
    }

    [Fact]
    public void Each_known_difference_is_of_a_capture_that_is_compared()
    {
        var compared = HttpCaptures.All.Select(KnownDifference.CaseName).ToHashSet();
        if (SharedData.Root is not null)
            compared.UnionWith(HttpCaptures.ZeekLogs().Select(row => KnownDifference.CaseName((string)row[0])));
        else
            compared.UnionWith(KnownDifference.Cases.Where(one => one.StartsWith("zeek-", StringComparison.Ordinal)));
        Assert.NotEmpty(KnownDifference.Cases);
        Assert.Subset(compared, KnownDifference.Cases.ToHashSet());
    }

    private static async Task<IReadOnlyList<CallFacts>> Read(string file) =>
        [.. (await WeirCommand.Read(file)).Where(record => !record.TryGetProperty("dns", out _)).Select(WeirCommand.Facts)];

    private void Agree(
        string capture, string peer, IReadOnlyList<CallFacts> theirs, IReadOnlyList<CallFacts> ours,
        Func<CallFacts, CallFacts>? asPeerWrites = null)
    {
        var compared = asPeerWrites is null ? ours : ours.Select(asPeerWrites);
        var differences = CallFacts.Differences(peer, theirs, "weir", compared);
        foreach (var line in differences) log.WriteLine(line);
        if (KnownDifference.ExpectedFor(capture) is { } expected) Assert.Equal(expected, KnownDifference.Print(ours));
        else if (differences.Count > 0) Assert.Fail($"{capture}: {differences.Count} differences\n{string.Join('\n', differences.Take(20))}\n"
            + $"case {KnownDifference.CaseName(capture)}, weir reads:\n{KnownDifference.Print(ours)}");
    }
}
