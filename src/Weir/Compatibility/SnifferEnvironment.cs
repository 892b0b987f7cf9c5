namespace Weir.Cli.Compatibility;

/// <summary>
/// The environment variables of the network sniffer's container that are not options of Weir with the same variable as their
/// fallback (USAGE_LOGGERS_*, APP_PORTS, NET_DEVICE, SNIFFER_MIRROR_*, SNIFFER_REALIP_HEADER …).
/// </summary>
internal static class SnifferEnvironment
{
    /// <param name="variable">Reads one.</param>
    /// <param name="line">The command line so far.</param>
    /// <param name="note">Takes what the user should know.</param>
    /// <param name="read">Adds options of GoReplay to the line.</param>
    /// <exception cref="UsageException">One asks for what Weir does not do.</exception>
    public static void Apply(Func<string, string?> variable, RewrittenLine line, Action<string> note, Action<string[]> read)
    {
        switch (variable("SNIFFER_ENGINE"))
        {
            case null or "" or "mirror" or "vxlan":
                break;
            case "k8s":
                // All that the other variables say of the input is discarded, as by the container.
                read((variable("K8S_INPUT") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
                if (!line.HasInput) throw new UsageException("SNIFFER_ENGINE=k8s: K8S_INPUT names no input, such as --input-raw k8s://service:");
                break;
            case var other:
                note($"SNIFFER_ENGINE={other} is neither mirror nor k8s: interfaces are captured");
                break;
        }

        if (variable("SNIFFER_RF_MONITOR_ENABLED") == "true") throw new UsageException("SNIFFER_RF_MONITOR_ENABLED: Weir reads no radio frames");
        if (variable("SNIFFER_NOFILTER") == "true" && variable("APP_PORTS") is { Length: > 0 })
            note("SNIFFER_NOFILTER: the ports of APP_PORTS still choose what is captured");
        if (variable("SNIFFER_DEBUG_EXPORT") is { Length: > 0 } and not "none" and var export)
            throw new UsageException($"SNIFFER_DEBUG_EXPORT={export}: use -o gor:FILE or -o jsonl:FILE");
        if (variable("SNIFFER_DEBUG_VERBOSITY") is { Length: > 0 } and not "0") line.Note("SNIFFER_DEBUG_VERBOSITY: what is lost is always said; --stats FILE has every counter");
    }
}
