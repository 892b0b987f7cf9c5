using Weir.Manifests.Scanning;
using Weir.Testing;

namespace Weir.Manifests.Tests;

/// <summary>What Weir gives to others to deploy has no smells, or says why.</summary>
public class OwnManifestsTests
{
    [Fact]
    public void The_manifests_below_deploy_have_no_smells()
    {
        var scanner = new SmellScanner();
        new ManifestFiles(scanner, ManifestLimits.Default, note => Assert.Contains("is a Helm chart", note, StringComparison.Ordinal)).Add(RepositoryRoot.Combine("deploy"));
        var report = scanner.Scan();
        Assert.True(report.Objects >= 4);
        Assert.Empty(report.Findings.Select(finding => $"{finding.Check.Id} {finding.File}:{finding.Line} {finding.Message}"));
        Assert.Empty(report.Notes);
    }

    /// <summary>A reason that explains nothing any more has to go.</summary>
    [Theory]
    [InlineData("sniffer")]
    [InlineData("ebpf")]
    public void Every_suppression_below_deploy_still_suppresses_something(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Combine($"deploy/{folder}"), "*.yaml"))
        {
            var text = File.ReadAllText(file);
            var suppressed = Scan.Bytes(file, File.ReadAllBytes(file)).Suppressed.Select(finding => finding.Check.Id).ToHashSet();
            var named = System.Text.RegularExpressions.Regex.Matches(text, "(?m)^ +([A-Z]{3}-[0-9]{3})=").Select(match => match.Groups[1].Value).ToList();
            Assert.NotEmpty(named);
            Assert.All(named, id => Assert.Contains(id, suppressed));
        }
    }
}
