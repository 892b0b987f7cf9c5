using Weir.Fuzz;
using Weir.Protocols;

namespace Weir.Probe.Tests;

/// <summary>A short run of each fuzz target with a fixed seed; <c>dotnet run --project test/Weir.Fuzz</c> runs longer ones.</summary>
public class FuzzTests
{
    public static TheoryData<string> Names => new(FuzzTargets.All.Select(target => target.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Mutated_inputs_break_nothing(string name) =>
        Assert.Null(FuzzRun.FirstFailure(FuzzTargets.All.Single(target => target.Name == name), inputs: 2_000, seed: 1));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_target_starts_from_valid_inputs(string name)
    {
        var seeds = FuzzTargets.All.Single(target => target.Name == name).Seeds();
        Assert.NotEmpty(seeds);
        Assert.All(seeds, Assert.NotEmpty);
    }

    [Fact]
    public void Each_protocol_of_the_catalog_has_a_target() =>
        Assert.Subset(FuzzTargets.All.Select(target => target.Name).ToHashSet(), ProtocolCatalog.All.Select(protocol => protocol.Name).ToHashSet());

    [Fact]
    public void A_failure_is_told_with_what_repeats_it()
    {
        var target = new FuzzTarget("fails", () => [[1, 2, 3]], _ => throw new InvalidOperationException("broken"));
        var failure = FuzzRun.FirstFailure(target, inputs: 3, seed: 9);
        Assert.StartsWith("fails: seed 9, input 0: ", failure, StringComparison.Ordinal);
        Assert.Contains("broken", failure, StringComparison.Ordinal);
    }
}
