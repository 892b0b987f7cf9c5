namespace Weir.Cli.Configuration;

/// <summary>
/// Variables that are neither the fallback of an option, whose description names it, nor a key of a configuration. docs/reference/cli.md
/// is made of this table; a test finds those that a source reads and that are in none of the three.
/// </summary>
internal static class EnvironmentVariables
{
    public static IReadOnlyList<(string Name, string Meaning)> All { get; } =
    [
        ("NODE_NAME", "Name of the node in calls, reports and the probe's name"),
        ("POD_IP", "This probe's address in reports of bytes, before NODE_IP"),
        ("NODE_IP", "This probe's address in reports of bytes"),
        ("WEIR_SPOOL", "Directory in which undelivered calls wait"),
        ("XDG_STATE_HOME", "Its place when WEIR_SPOOL is not set (default ~/.local/state)"),
        ("WEIR_EXAMPLES", "Where the built example services of `weir up --demo` are"),
        ("WEIR_TOKEN", "Token of an account, for commands that ask a center"),
        ("WEIR_TOKEN_FILE", "A file with that token"),
        ("NO_COLOR", "Anything: the console output has no colours"),
        ("TERM", "dumb: the same"),
        ("KUBECONFIG", "Kubeconfig of `weir smells --cluster`"),
        ("KUBERNETES_SERVICE_HOST", "Set in a pod: its own cluster is asked"),
        ("KUBERNETES_SERVICE_PORT_HTTPS", "Port of that cluster's API server"),
        ("KUBERNETES_SERVICE_PORT", "The same, of older clusters"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "Where `-o otlp` delivers when it has no URL"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "The same, without the path"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "Headers of these deliveries, name=value separated by commas, values percent-encoded"),
        ("USAGE_LOGGERS_URL", "Where `-o resurface` delivers when it has no URL; without any -o, that is where calls go"),
        ("USAGE_LOGGERS_RULES", "Logging rules when there is no --rules"),
        ("USAGE_LOGGERS_DISABLE", "true: nothing is logged"),
        ("USAGE_LOGGERS_BUNDLE_SIZE", "Size of a delivery to Resurface"),
        ("DYNO", "Host in messages to Resurface, as its loggers have it"),
        ("SERVICE_CONFIG_PATH", "Configuration of the APISec integration"),
        ("ENABLE_APISEC_INTEGRATION", "false: nothing is delivered to APISec, which is said"),
        ("CLEAR_SAVED_MAPPINGS", "true: mappings learned by auto-onboarding are forgotten at the start"),
        ("APISEC_TOKEN", "Token of the APISec platform"),
        ("APISEC_TOKEN_FILE", "A file with that token"),
        ("APISEC_ALLOW_HTTP", "true: the platform may be asked without TLS, for tests"),
        ("OUTPUT_FILE", "With `-o apisec`: calls are written to this file too, as JSON lines"),
        ("SNIFFER_ENGINE", "Of the network sniffer's container: mirror is --source vxlan, k8s reads K8S_INPUT"),
        ("K8S_INPUT", "Options of GoReplay that choose pods, with SNIFFER_ENGINE=k8s"),
        ("SNIFFER_MIRROR_VNIS", "--vni"),
        ("SNIFFER_MIRROR_VXLANPORT", "--vxlan-port"),
        ("SNIFFER_REALIP_HEADER", "--real-ip-header"),
        ("SNIFFER_PROMISC_ENABLED", "true: --promisc"),
        ("SNIFFER_PCAP_BUFFER_SIZE", "--buffer-size"),
        ("SNIFFER_NOFILTER", "Taken with a note: ports still choose what is captured"),
        ("SNIFFER_RF_MONITOR_ENABLED", "true is refused: radio frames are not read"),
        ("SNIFFER_DEBUG_EXPORT", "Refused with what to do instead"),
        ("SNIFFER_DEBUG_VERBOSITY", "Taken with a note"),
    ];
}
