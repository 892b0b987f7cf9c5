using Weir.Manifests.Objects;
using static Weir.Manifests.Severity;

namespace Weir.Manifests.Checks;

/// <summary>Who may do what in the cluster.</summary>
internal static class IdentityChecks
{
    private const string Core = "";
    private const string Admission = "admissionregistration.k8s.io";

    private static readonly string[] s_everybody = ["system:unauthenticated", "system:anonymous", "system:authenticated"];

    private static readonly (string Group, string Resources)[] s_workloads =
        [(Core, "pods replicationcontrollers"), ("apps", "deployments statefulsets daemonsets replicasets"), ("batch", "jobs cronjobs")];

    public static readonly CheckFamily Family = new("RBC", "RBAC and identity",
    [
        new("RBC-001", "cluster-admin-binding", Critical, "KL:cluster-admin-role-binding PO:clusterrolebindingClusterAdmin PO:rolebindingClusterAdminClusterRole",
            Binding(one => one.Root["roleRef"] is var role && role["name"].Text == "cluster-admin" ? role["name"].Says("makes its subjects cluster-admin") : null))
        {
            Title = "Binding to cluster-admin",
            Remedy = "Its subjects may do everything, everywhere. Bind a role with what they need.",
        },
        new("RBC-002", "wildcard-rules", High, "KL:wildcard-in-rules",
            Every.RoleRule(rule => ((string[])["verbs", "resources", "apiGroups"]).SelectMany(list => rule.Field[list].Items).FirstOrDefault(it => it.Text == "*") is { } it ? it.Says($"has * in {it.Parent!.Key}") : null))
        {
            Title = "Wildcard in a role",
            Remedy = "It gives also what will be added in the future. List what is needed.",
        },
        new("RBC-003", "secrets-access", High, "KL:access-to-secrets", Gives(Core, "secrets", "get list watch create delete", "may use Secrets"))
        {
            Title = "Role may use Secrets",
            Remedy = "Tokens of other accounts are among them. Restrict it with resourceNames and without list and watch, or mount the Secret.",
        },
        new("RBC-004", "create-pods", Medium, "KL:access-to-create-pods",
            Every.RoleRule(rule => s_workloads.Any(one => rule.Allows(one.Group, one.Resources, "create")) ? rule.Field["resources"].Says("may create pods") : null))
        {
            Title = "Role may create pods",
            Remedy = "A pod can mount every Secret of its namespace and run as every service account. Give it to deployers only.",
        },
        new("RBC-005", "pod-exec-attach", High, "PO:clusterrolePodExecAttach PO:rolePodExecAttach", Gives(Core, "pods/exec pods/attach", "get create", "may run commands in pods"))
        {
            Title = "Role may run commands in pods",
            Remedy = "It has all that the pods have. Give it to people in an emergency, for a time.",
        },
        new("RBC-006", "escalate-bind-impersonate", High, "W",
            Every.RoleRule(rule => rule.Field["verbs"].Items.FirstOrDefault(it => it.Text is "escalate" or "bind" or "impersonate") is { } it ? it.Says($"has the verb {it.Text}") : null))
        {
            Title = "Role can give itself more rights",
            Remedy = "escalate, bind and impersonate go around RBAC. Remove them, or restrict them with resourceNames.",
        },
        new("RBC-007", "anonymous-binding", Critical, "S4",
            Every.Object("RoleBinding ClusterRoleBinding", one => one.Root["subjects"].Items.Select(subject => subject["name"]).Where(it => s_everybody.Contains(it.Text)).Select(it => it.Says($"gives rights to {it.Text}"))))
        {
            Title = "Rights for everybody",
            Remedy = "Whoever reaches the API server has them. Name the groups or accounts that need them.",
        },
        new("RBC-008", "node-proxy-token-create", High, "W",
            Every.RoleRule(rule => rule.Allows(Core, "nodes/proxy", "get create update patch delete") ? rule.Field["resources"].Says("reaches the kubelets through nodes/proxy")
                : rule.Allows(Core, "serviceaccounts/token", "create") ? rule.Field["resources"].Says("may create tokens of service accounts") : null))
        {
            Title = "Role leads to other identities",
            Remedy = "nodes/proxy runs commands in every pod without an audit; serviceaccounts/token makes any account one's own. Remove them.",
        },
        new("RBC-009", "default-service-account", Low, "KL:default-service-account",
            Every.Pod(p => p.ServiceAccount == "default" ? p.Spec["serviceAccountName"].Says("runs as the service account default") : null))
        {
            Title = "Default service account",
            Remedy = "What one application is allowed, all of the namespace are. Make a service account for it.",
        },
        new("RBC-010", "automount-token", Low, "PO:automountServiceAccountToken",
            Every.Pod((bundle, p) => p.Spec["automountServiceAccountToken"].IsFalse || UsesApi(bundle, p)
                    || (!p.Spec["automountServiceAccountToken"].Exists && bundle.Find("ServiceAccount", p.Home, p.ServiceAccount)?.Root["automountServiceAccountToken"].IsFalse == true)
                ? null
                : p.Spec["automountServiceAccountToken"].Says("mounts a token for the Kubernetes API, and nothing here shows that it needs one")))
        {
            Title = "Token of the Kubernetes API is mounted",
            Remedy = "It is the first thing that an attacker looks for. Set automountServiceAccountToken: false.",
        },
        new("RBC-011", "missing-service-account", Info, "KL:non-existent-service-account",
            Every.Pod((bundle, p) => p.ServiceAccount != "default" && bundle.Find("ServiceAccount", p.Home, p.ServiceAccount) is null
                ? (p.Spec["serviceAccountName"].Exists ? p.Spec["serviceAccountName"] : p.Spec["serviceAccount"]).Says($"the service account {p.ServiceAccount} is not among these manifests")
                : null))
        {
            Title = "Service account is not here",
            Remedy = "Without it no pod is created. Add it or correct the name.",
        },
        new("RBC-012", "deprecated-service-account-field", Low, "KL:deprecated-service-account-field",
            Every.Pod(p => p.Spec["serviceAccount"] is { Exists: true } it ? it.Says("uses serviceAccount") : null))
        {
            Title = "Old name of a field",
            Remedy = "Use serviceAccountName.",
        },
        new("RBC-013", "webhook-admission-write", High, "W",
            Gives(Admission, "validatingwebhookconfigurations mutatingwebhookconfigurations", "create update patch delete", "may change admission webhooks"))
        {
            Title = "Role may change admission webhooks",
            Remedy = "A webhook sees and rewrites every object, Secrets among them. Restrict it with resourceNames, or remove it.",
        },
    ]);

    private static Func<Bundle, IEnumerable<Hit>> Binding(Func<KubernetesObject, Spot?> look) => Every.Object("RoleBinding ClusterRoleBinding", look);

    private static Func<Bundle, IEnumerable<Hit>> Gives(string group, string resources, string verbs, string message) =>
        Every.RoleRule(rule => rule.Allows(group, resources, verbs) ? rule.Field["resources"].Says(message) : null);

    /// <summary>Some binding here names the pod's service account.</summary>
    private static bool UsesApi(Bundle bundle, Pod pod) => bundle.OfKind("RoleBinding").Concat(bundle.OfKind("ClusterRoleBinding"))
        .Any(binding => binding.Root["subjects"].Items.Any(subject =>
            subject["kind"].Text == "ServiceAccount" && subject["name"].Text == pod.ServiceAccount && (subject["namespace"].Text ?? binding.Home) == pod.Home));
}
