namespace Weir.Manifests.Tests;

/// <summary>Wherever a pod stands, its containers are seen.</summary>
public class WorkloadTests
{
    private const string Privileged = "{ name: a, image: 'r.example/a:1.0.0', securityContext: { privileged: true } }";

    [Theory]
    [InlineData("v1", "Pod", "spec: { containers: [@] }", "/spec/containers/0")]
    [InlineData("v1", "ReplicationController", "spec: { template: { spec: { containers: [@] } } }", "/spec/template/spec/containers/0")]
    [InlineData("v1", "PodTemplate", "template: { spec: { containers: [@] } }", "/template/spec/containers/0")]
    [InlineData("apps/v1", "Deployment", "spec: { template: { spec: { containers: [@] } } }", "/spec/template/spec/containers/0")]
    [InlineData("apps/v1", "StatefulSet", "spec: { template: { spec: { containers: [@] } } }", "/spec/template/spec/containers/0")]
    [InlineData("apps/v1", "DaemonSet", "spec: { template: { spec: { containers: [@] } } }", "/spec/template/spec/containers/0")]
    [InlineData("apps/v1", "ReplicaSet", "spec: { template: { spec: { containers: [@] } } }", "/spec/template/spec/containers/0")]
    [InlineData("batch/v1", "Job", "spec: { template: { spec: { containers: [@] } } }", "/spec/template/spec/containers/0")]
    [InlineData("batch/v1", "CronJob", "spec: { jobTemplate: { spec: { template: { spec: { containers: [@] } } } } }", "/spec/jobTemplate/spec/template/spec/containers/0")]
    [InlineData("argoproj.io/v1alpha1", "Rollout", "spec: { template: { spec: { containers: [@] } } }", "/spec/template/spec/containers/0")]
    [InlineData("apps.openshift.io/v1", "DeploymentConfig", "spec: { template: { spec: { containers: [@] } } }", "/spec/template/spec/containers/0")]
    [InlineData("v1", "Pod", "spec: { containers: [], initContainers: [@] }", "/spec/initContainers/0")]
    [InlineData("v1", "Pod", "spec: { containers: [], ephemeralContainers: [@] }", "/spec/ephemeralContainers/0")]
    public void A_privileged_container_is_seen(string apiVersion, string kind, string body, string path)
    {
        var report = Scan.Text($"apiVersion: {apiVersion}\nkind: {kind}\nmetadata: {{ name: x }}\n{body.Replace("@", Privileged, StringComparison.Ordinal)}\n", Scan.Only("SEC-001"));
        var finding = Assert.Single(report.Findings);
        Assert.Equal($"{path}/securityContext/privileged", finding.Path);
        Assert.Equal(("a", kind, "x", 4), (finding.Container, finding.Kind, finding.Name, finding.Line));
    }

    [Theory]
    [InlineData("apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Pod\n    spec: { containers: [@] }\n")]
    [InlineData("apiVersion: v1\nkind: PodList\nitems:\n  - metadata: { name: x }\n    spec: { containers: [@] }\n")]
    [InlineData("- apiVersion: v1\n  kind: Pod\n  spec: { containers: [@] }\n")]
    [InlineData("# rendered\n---\n# Source: chart/templates/empty.yaml\n---\napiVersion: v1\nkind: Pod\nspec: { containers: [@] }\n---\n")]
    [InlineData("x: &c @\napiVersion: v1\nkind: Pod\nspec: { containers: [*c] }\n")]
    [InlineData("x: &c\n  securityContext: { privileged: true }\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - <<: *c\n      name: a\n")]
    [InlineData("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"name\":\"a\",\"securityContext\":{\"privileged\":true}}]}}")]
    [InlineData("{\"apiVersion\":\"v1\",\"kind\":\"Namespace\"}\n{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"name\":\"a\",\"securityContext\":{\"privileged\":true}}]}}")]
    [InlineData("%YAML 1.2\n---\napiVersion: v1\nkind: Pod\nspec: { containers: [@] }\n...\n")]
    public void Objects_are_seen_in_every_form_of_file(string text)
    {
        var report = Scan.Text(text.Replace("@", Privileged, StringComparison.Ordinal), Scan.Only("SEC-001", "GEN-014"));
        Assert.Equal("SEC-001", Assert.Single(report.Findings).Check.Id);
    }

    [Fact]
    public void What_a_controller_made_is_looked_at_once()
    {
        const string Text = """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"template":{"spec":{"containers":[{"name":"a","securityContext":{"privileged":true}}]}}}}
            {"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"a-1","ownerReferences":[{"controller":true,"kind":"Deployment","name":"a"}]},"spec":{"template":{"spec":{"containers":[{"name":"a","securityContext":{"privileged":true}}]}}}}
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a-1-x","ownerReferences":[{"controller":true,"kind":"ReplicaSet","name":"a-1"}]},"spec":{"containers":[{"name":"a","securityContext":{"privileged":true}}]}}
            """;
        Assert.Equal("Deployment", Assert.Single(Scan.Text(Text, Scan.Only("SEC-001")).Findings).Kind);
    }
}
