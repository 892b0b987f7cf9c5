using System.Text;
using Weir.Manifests.Scanning;

namespace Weir.Manifests.Tests;

public class SuppressionTests
{
    private const string Two = "containers:\n    - { name: one, securityContext: { privileged: true } }\n    - { name: two, securityContext: { privileged: true } }\n";

    [Theory]
    [InlineData("weir.io/ignore: \"SEC-001=it drives the disks\"", "it drives the disks")]
    [InlineData("weir.io/ignore: \"privileged-container=it drives the disks; SEC-009=x\"", "it drives the disks")]
    [InlineData("weir.io/ignore: |\n      SEC-009=x\n      SEC-001=it = drives, the disks", "it = drives, the disks")]
    [InlineData("ignore-check.kube-linter.io/privileged-container: it drives the disks", "it drives the disks")]
    [InlineData("kube-linter.io/ignore-all: it drives the disks", "it drives the disks")]
    [InlineData("kube-score/ignore: container-image-tag,container-security-context-privileged", "ignored for kube-score")]
    [InlineData("polaris.fairwinds.com/exempt: \"true\"", "exempt for Polaris")]
    [InlineData("polaris.fairwinds.com/runAsPrivileged-exempt: \"true\"", "exempt for Polaris")]
    public void An_annotation_suppresses_with_its_reason(string annotation, string reason)
    {
        var report = Scan.Text(Pod(annotation), Scan.Only("SEC-001"));
        Assert.Empty(report.Findings);
        Assert.Equal([reason, reason], report.Suppressed.Select(finding => finding.Suppressed));
        Assert.Empty(report.Notes);
    }

    [Theory]
    [InlineData("weir.io/ignore: \"SEC-002=another check\"")]
    [InlineData("ignore-check.kube-linter.io/host-pid: another check")]
    [InlineData("kube-score/ignore: container-image-tag")]
    [InlineData("polaris.fairwinds.com/exempt: \"false\"")]
    [InlineData("polaris.fairwinds.com/hostPIDSet-exempt: \"true\"")]
    public void Another_check_is_not_suppressed(string annotation) => Assert.Equal(2, Scan.Text(Pod(annotation), Scan.Only("SEC-001")).Findings.Length);

    [Fact]
    public void One_container_can_be_named()
    {
        var report = Scan.Text(Pod("weir.io/ignore: \"SEC-001@two=it drives the disks\""), Scan.Only("SEC-001"));
        Assert.Equal("one", Assert.Single(report.Findings).Container);
        Assert.Equal("two", Assert.Single(report.Suppressed).Container);
    }

    [Fact]
    public void Annotations_of_the_pod_template_count_for_the_workload()
    {
        const string Text = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: a }
            spec:
              template:
                metadata: { annotations: { weir.io/ignore: "SEC-009=it watches processes" } }
                spec: { hostPID: true, containers: [] }
            """;
        Assert.Single(Scan.Text(Text, Scan.Only("SEC-009")).Suppressed);
    }

    [Theory]
    [InlineData("SEC-001", "without a reason")]
    [InlineData("SEC-001=", "without a reason")]
    [InlineData("SEC-999=why", "which is no check")]
    public void A_suppression_that_can_not_be_honoured_is_told(string value, string note)
    {
        var report = Scan.Text(Pod($"weir.io/ignore: \"{value}\""), Scan.Only("SEC-001"));
        Assert.Equal(2, report.Findings.Length);
        Assert.Contains(note, Assert.Single(report.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check: SEC-001", true)]
    [InlineData("check: privileged-container", true)]
    [InlineData("check: '*'", true)]
    [InlineData("check: SEC-001, kind: Pod, namespace: sh*, name: a, file: '*.yaml'", true)]
    [InlineData("check: SEC-001, kind: Deployment", false)]
    [InlineData("check: SEC-001, namespace: other", false)]
    [InlineData("check: SEC-001, file: '*.json'", false)]
    [InlineData("check: SEC-009", false)]
    public void The_configuration_suppresses_by_what_it_names(string rule, bool suppressed)
    {
        var options = Configuration($"ignore:\n  - {{ {rule}, reason: it drives the disks }}\n");
        var report = Scan.Text(Pod("a: b"), options with { Disabled = Scan.Only("SEC-001").Disabled });
        Assert.Equal(suppressed ? 0 : 2, report.Findings.Length);
        Assert.All(report.Suppressed, finding => Assert.Equal("it drives the disks", finding.Suppressed));
    }

    [Fact]
    public void The_configuration_chooses_checks_severities_and_lists()
    {
        var options = Configuration("""
            enable: [IMG-004, no-digest]
            disable: [SEC-007]
            severity: { SEC-001: low }
            registries: [registry.example/shop]
            labels: [team]
            minReplicas: 3
            strict: true
            vulnerabilities: critical
            """);
        Assert.Equal(["IMG-002", "IMG-004"], options.Enabled.Order());
        var report = Scan.Text(Pod("a: b").Replace("name: one", "name: one, image: 'registry.example/other/app:1.0.0'", StringComparison.Ordinal), options);
        Assert.All(report.Findings.Where(finding => finding.Check.Id == "SEC-001"), finding => Assert.Equal(Severity.Low, finding.Severity));
        Assert.Contains("IMG-004", report.Ids());
        Assert.DoesNotContain("SEC-007", report.Ids());
        Assert.Equal((3, true, Manifests.Images.ImageSeverity.Critical, "team"), (options.MinReplicas, options.Strict, options.VulnerabilityThreshold, Assert.Single(options.RequiredLabels)));
    }

    [Theory]
    [InlineData("enabel: []", 1, "no setting enabel")]
    [InlineData("enable: [SEC-999]", 1, "SEC-999 is no check")]
    [InlineData("a:\n  b: [", 3, "")]
    [InlineData("severity:\n  SEC-001: dreadful", 2, "has to be info, low, medium, high, critical")]
    [InlineData("minReplicas: 0", 1, "from 1 to 1000")]
    [InlineData("strict: perhaps", 1, "true or false")]
    [InlineData("ignore:\n  - check: SEC-001", 2, "say why")]
    [InlineData("ignore:\n  - reason: x", 2, "which check")]
    [InlineData("ignore:\n  - { check: SEC-001, reason: x, nmae: y }", 2, "no setting nmae")]
    public void A_mistake_in_the_configuration_is_told_with_its_line(string text, int line, string message)
    {
        var error = Assert.Throws<FormatException>(() => Configuration(text));
        Assert.StartsWith($"smells.yaml:{line}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static SmellOptions Configuration(string text) => SmellConfiguration.Parse("smells.yaml", Encoding.UTF8.GetBytes(text));

    private static string Pod(string annotation) => $"apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: shop\n  annotations:\n    {annotation}\nspec:\n  {Two}";
}
