using System.Text;
using Weir.Manifests.Checks;
using Weir.Manifests.Scanning;
using Weir.Testing;

namespace Weir.Manifests.Tests;

/// <summary>Manifests of others: those that kube-linter tests itself with, and the examples of the Kubernetes project.</summary>
public class SharedManifestTests
{
    /// <summary>Files of kube-linter that have nothing of the check they are named after, and why that is right here.</summary>
    private static readonly Dictionary<string, string> s_different = new()
    {
        ["forbidden-annotation"] = "a check that takes its annotation from a configuration; there is none here",
        ["cel"] = "a check in the language CEL; there is none here",
        ["kubeconform"] = "schemas of CRDs from the network; GEN-013 knows Kubernetes' own kinds only",
        ["scc-deny-privileged-container"] = "objects of OpenShift's own",
        ["dangling-servicemonitor"] = "objects of the Prometheus operator",
        ["no-readiness-probe"] = "PRB-001 wants a Service before the pod, and none is in the file",
        ["no-rolling-update-strategy"] = "AVL-009 wants Recreate behind a Service; what is not said is a rolling update",
        ["restart-policy"] = "Kubernetes refuses all but Always there; GEN-007 looks at jobs",
        ["priority-class-name"] = "it wants names of a list; RES-015 wants any",
        ["sorted-keys"] = "order of keys is no smell here",
        ["statefulset-volumeclaimtemplate-annotation"] = "a check that takes its annotation from a configuration; there is none here",
    };

    public static TheoryData<string> KubeLinterChecks { get; } =
        [.. SharedData.List("manifests/kube-linter", ".yml", ".yaml").Select(Path.GetFileNameWithoutExtension).OfType<string>().DefaultIfEmpty("none")];

    [SkippableTheory]
    [InlineData("k8s-examples")]
    [InlineData("kube-linter")]
    public void What_is_found_was_looked_through(string set)
    {
        SharedData.Require($"manifests/{set}");
        var text = new StringBuilder();
        foreach (var file in SharedData.List($"manifests/{set}", ".yaml", ".yml"))
        {
            var scanner = new SmellScanner(Scan.All);
            scanner.Add(Path.GetFileName(file), File.ReadAllBytes(SharedData.Require(file)), onlyObjects: false);
            text.Append(Path.GetFileName(file)).Append('\n');
            foreach (var same in scanner.Scan().Findings.GroupBy(finding => (finding.Check.Id, finding.Message)).OrderBy(same => same.Key.Id, StringComparer.Ordinal).ThenBy(same => same.Key.Message, StringComparer.Ordinal))
                text.Append("  ").Append(same.Key.Id).Append(' ').AppendJoin(',', same.Select(finding => finding.Line)).Append(' ').Append(same.Key.Message).Append('\n');
        }

        Golden.Compare($"{set}.txt", text.ToString());
    }

    [SkippableTheory]
    [MemberData(nameof(KubeLinterChecks))]
    public void What_kube_linter_calls_bad_is_found_by_the_check_that_names_it(string name)
    {
        SharedData.Require("manifests/kube-linter");
        Skip.If(s_different.ContainsKey(name), $"{name}: {s_different.GetValueOrDefault(name)}");
        var file = SharedData.List("manifests/kube-linter", ".yml", ".yaml").Single(one => Path.GetFileNameWithoutExtension(one) == name);
        var check = name switch
        {
            "dangling-hpa" => "dangling-horizontalpodautoscaler",
            "dnsconfig-options-ndots" => "dnsconfig-options",
            "env-var-value-from" => "env-value-from",
            _ => name,
        };
        var own = CheckCatalog.All.Where(one => one.Sources.Contains("KL:" + check)).Select(one => one.Id).ToArray();
        Assert.NotEmpty(own);
        var scanner = new SmellScanner(Scan.Only(own) with { MinReplicas = 3 });
        scanner.Add(name, File.ReadAllBytes(SharedData.Require(file)), onlyObjects: false);
        Assert.NotEmpty(scanner.Scan().Findings);
    }
}
