using System.Text.RegularExpressions;
using Weir.Fuzz;
using Weir.Protocols;
using Weir.Testing;

namespace Weir.Probe.Tests;

/// <summary>A short run of each fuzz target with a fixed seed; <c>dotnet run --project test/Weir.Fuzz</c> runs longer ones.</summary>
public partial class FuzzTests
{
    /// <summary>They parse too, but nothing that a stranger sent: what Weir wrote, or what was read and written again before.</summary>
    private static readonly string[] s_ownBytes =
    [
        "src/Weir.Center/Api/ScanRoutes.cs",
        "src/Weir.Center/Api/SeedPolicyRoutes.cs",
        "src/Weir.Center/Api/SmellRoutes.cs",
        "src/Weir.Center/Cluster/ClusterManifests.cs",
        "src/Weir.Center/Respond/DocumentSlots.cs",
        "src/Weir.Kubernetes/Access/ExecCredential.cs",
        "src/Weir.Kubernetes/RateLimits/RateLimiter.cs",
        "src/Weir.Manifests/Images/ImageScanner.cs",
        "src/Weir.Storage/Accounts/ClickHouseAccountStore.cs",
        "src/Weir.Storage/Processes/ProcessEventStore.cs",
    ];

    public static TheoryData<string> Names => new(FuzzTargets.All.Select(target => target.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Mutated_inputs_break_nothing(string name)
    {
        var target = FuzzTargets.All.Single(target => target.Name == name);
        Assert.Null(FuzzRun.FirstFailure(target, target.ShortRun, seed: 1));
    }

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

    /// <summary>docs/threat-model.md: who reads bytes of a network, and what fuzzes it.</summary>
    [Fact]
    public void The_table_of_readers_names_targets_and_files_that_are_there()
    {
        var known = FuzzTargets.All.Select(target => target.Name).Append("HostileRequestTests").ToHashSet(StringComparer.Ordinal);
        Assert.True(Rows().Count > 20);
        foreach (var row in Rows())
        {
            Assert.All(Quoted(row[3]), name => Assert.Contains(name, known));
            Assert.All(Quoted(row[2]), file => Assert.True(File.Exists(RepositoryRoot.Combine(file)), file));
        }

        // Those that peers of a center speak to: each stands in the table.
        var told = Rows().SelectMany(row => Quoted(row[3])).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(FuzzTargets.OfPeers.Select(target => target.Name).Except(told));
    }

    [Fact]
    public void Whatever_parses_in_the_assemblies_of_a_center_is_in_the_table()
    {
        var told = Rows().SelectMany(row => Quoted(row[2])).ToHashSet(StringComparer.Ordinal);
        var readers = from project in (string[])["Center", "Storage", "Rpc", "Kubernetes", "Manifests", "Specs"]
                      from file in Directory.EnumerateFiles(RepositoryRoot.Combine($"src/Weir.{project}"), "*.cs", SearchOption.AllDirectories)
                      let path = Path.GetRelativePath(RepositoryRoot.Path, file).Replace('\\', '/')
                      where !path.Contains("/obj/", StringComparison.Ordinal) && Parses().IsMatch(File.ReadAllText(file))
                      select path;
        Assert.Equal(s_ownBytes.Order(StringComparer.Ordinal), readers.Except(told).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_failure_is_told_with_what_repeats_it()
    {
        var target = new FuzzTarget("fails", () => [[1, 2, 3]], _ => throw new InvalidOperationException("broken"));
        var failure = FuzzRun.FirstFailure(target, inputs: 3, seed: 9);
        Assert.StartsWith("fails: seed 9, input 0: ", failure, StringComparison.Ordinal);
        Assert.Contains("broken", failure, StringComparison.Ordinal);
    }

    private static List<string[]> Rows() =>
    [
        .. File.ReadLines(RepositoryRoot.Combine("docs/threat-model.md")).SkipWhile(line => line != "| bytes of | reader | target |").Skip(2).TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|')),
    ];

    private static IEnumerable<string> Quoted(string cell) => Code().Matches(cell).Select(match => match.Groups[1].Value);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"Json(Document|Element|Node)\.Parse|JsonSerializer\.Deserialize|JsonParser|\.ParseFrom\(|new Utf8JsonReader|ReadFormAsync|PipeReader\.Create|new Parser\(|ReadAs(ByteArray|String|Stream)Async|ReadAsStream\(")]
    private static partial Regex Parses();
}
