using Weir.Manifests.Checks;
using Weir.Manifests.Images;
using Weir.Testing;

namespace Weir.Manifests.Tests;

/// <summary>Each check against manifests that have its smell, on the lines marked in them, and manifests that have not.</summary>
public class CorpusTests
{
    /// <summary>The numbers of the list that the checks were made from, by family.</summary>
    private static readonly Dictionary<string, int> s_families = new()
    {
        ["SEC"] = 25, ["VOL"] = 7, ["CFG"] = 12, ["IMG"] = 6, ["RES"] = 15, ["AVL"] = 12, ["PRB"] = 6, ["RBC"] = 13, ["NET"] = 15, ["GEN"] = 14,
    };

    private static readonly ImageReport s_vulnerable = new()
    {
        Artifact = "registry.example/vulnerable:1.0.0", ArtifactType = "container_image",
        Vulnerabilities = [new Vulnerability("CVE-2026-0001", ImageSeverity.Critical, "libmade-up", "1.0", "1.1", "fixed", null, null, 9.8, "os")],
    };

    private static readonly ImageReport s_clean = new()
    {
        Artifact = "registry.example/clean:1.0.0", ArtifactType = "container_image",
        Vulnerabilities = [new Vulnerability("CVE-2026-0002", ImageSeverity.Medium, "libmade-up", "1.0", null, null, null, null, 5.0, "os")],
    };

    public static TheoryData<string> Checks { get; } = [.. ListedIds()];

    [Fact]
    public void Every_check_of_the_list_is_in_the_catalog_and_no_other() =>
        Assert.Equal(ListedIds().Order(StringComparer.Ordinal), CheckCatalog.All.Select(check => check.Id).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_folder_of_the_corpus_is_of_a_check() =>
        Assert.Equal(ListedIds().Order(StringComparer.Ordinal), Directory.EnumerateDirectories(RepositoryRoot.Combine(Scan.Corpus)).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Checks))]
    public void Failing_manifests_have_the_smell_on_the_marked_lines(string check)
    {
        var files = Scan.CorpusFiles(check, "fail");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var found = Run(check, file);
            Assert.NotEmpty(found);
            if (Path.GetExtension(file) == ".json") continue;
            Assert.Equal(Scan.Marked(file), found.Select(finding => finding.Line).Distinct().Order());
        }
    }

    [Theory]
    [MemberData(nameof(Checks))]
    public void Passing_manifests_do_not_have_it(string check)
    {
        var files = Scan.CorpusFiles(check, "pass");
        Assert.NotEmpty(files);
        foreach (var file in files) Assert.Empty(Run(check, file).Select(finding => $"{file}:{finding.Line} {finding.Message}"));
    }

    [Theory]
    [MemberData(nameof(Checks))]
    public void Passing_manifests_are_ones_that_Kubernetes_takes(string check)
    {
        foreach (var file in Scan.CorpusFiles(check, "pass"))
            Assert.Empty(Scan.File(file, Scan.Only("GEN-013", "GEN-014")).Findings.Select(finding => $"{file}:{finding.Line} {finding.Message}"));
    }

    private static IEnumerable<string> ListedIds() => s_families.SelectMany(family => Enumerable.Range(1, family.Value).Select(number => $"{family.Key}-{number:000}"));

    private static System.Collections.Immutable.ImmutableArray<Scanning.SmellFinding> Run(string check, string file) =>
        Scan.File(file, Scan.Only(check) with { Registries = ["registry.example"] }, s_vulnerable, s_clean).Findings;
}
