using Weir.Manifests.Objects;
using Weir.Manifests.Yaml;
using static Weir.Manifests.Severity;

namespace Weir.Manifests.Checks;

/// <summary>Whether Kubernetes can tell that a container works.</summary>
internal static class HealthChecks
{
    private const int EagerPeriodSeconds = 5;

    private static readonly string[] s_probes = ["livenessProbe", "readinessProbe", "startupProbe"];

    public static readonly CheckFamily Family = new("PRB", "Health",
    [
        new("PRB-001", "readiness-missing", Medium, "KL:no-readiness-probe KS:pod-probes PO:readinessProbeMissing S4",
            Every.Container((bundle, c) => c.Role == ContainerRole.Main && c.IsLongRunning && !c.Field["readinessProbe"].Exists && bundle.ServicesOf(c.Pod).FirstOrDefault() is { } service
                ? c.Field["readinessProbe"].Says($"gets requests of the Service {service.Name} before it is ready")
                : null))
        {
            Title = "No readiness probe behind a Service",
            Remedy = "Requests reach it while it starts and while it can't answer. Add a readinessProbe.",
        },
        new("PRB-002", "liveness-missing", Low, "KL:no-liveness-probe KS:pod-probes PO:livenessProbeMissing S4",
            Every.Container(c => c.IsLongRunning && !c.Field["livenessProbe"].Exists ? c.Field["livenessProbe"].Says("is not restarted when it hangs") : null))
        {
            Title = "No liveness probe",
            Remedy = "A process that hangs stays. Add a livenessProbe that tells only whether the process works, not what it depends on.",
        },
        new("PRB-003", "probes-identical", Medium, "KS:pod-probes-identical",
            Every.Container(c => c.Field["livenessProbe"] is { Exists: true } it && Node.Same(it.Node, c.Field["readinessProbe"].Node) ? it.Says("has the same probe for liveness and readiness") : null))
        {
            Title = "Liveness and readiness are the same",
            Remedy = "Under load it is restarted instead of being spared. Make liveness more patient, or another endpoint.",
        },
        new("PRB-004", "probe-port-unexposed", Medium, "KL:liveness-port KL:readiness-port KL:startup-port",
            Every.Container(c => s_probes.Select(probe => Port(c.Field[probe])).Where(it => it.Exists && !IsExposed(c, it)).Select(it => it.Says($"probes port {it.Text}, which is not among its ports"))))
        {
            Title = "Probe of a port that is not declared",
            Remedy = "Perhaps the number is wrong, and the probe fails for ever. Name the port in ports and use that name.",
        },
        new("PRB-005", "liveness-too-eager", Low, "W",
            Every.Container(c => c.Field["livenessProbe"] is { Exists: true } it && !c.Field["startupProbe"].Exists && (it["initialDelaySeconds"].Integer ?? 0) == 0 && it["periodSeconds"].Integer is <= EagerPeriodSeconds
                ? it.Says($"is probed every {it["periodSeconds"].Text} s from the start")
                : null))
        {
            Title = "Liveness does not wait for the start",
            Remedy = "A slow start is killed again and again. Add a startupProbe.",
        },
        new("PRB-006", "exec-probe-timeout", Info, "W",
            Every.Container(c => s_probes.Select(probe => c.Field[probe]).Where(it => it["exec"].Exists && (it["timeoutSeconds"].Integer ?? 1) <= 1).Select(it => it["timeoutSeconds"].Says("starts a process that has one second to end"))))
        {
            ByDefault = false,
            Title = "Probe by a command with one second",
            Remedy = "On a busy node a process takes longer to start. Set timeoutSeconds above 1.",
        },
    ]);

    private static Field Port(Field probe) =>
        ((Field[])[probe["httpGet"]["port"], probe["tcpSocket"]["port"], probe["grpc"]["port"]]).FirstOrDefault(static port => port.Exists) ?? probe["httpGet"]["port"];

    private static bool IsExposed(Container c, Field port) =>
        c.Field["ports"].Items.Any(one => one["containerPort"].Text == port.Text || one["name"].Text == port.Text);
}
