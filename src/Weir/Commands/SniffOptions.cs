using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Weir.Capture;
using Weir.Cli.Accounting;
using Weir.Cli.Values;
using Weir.Protocols.Grpc.Descriptors;
using Weir.Probe;

namespace Weir.Cli.Commands;

/// <summary>The options of <c>weir sniff</c>, with the environment variables of the network sniffer as their fallback.</summary>
internal sealed class SniffOptions
{
    public Option<string[]> Interfaces { get; } = new("--interface", "-i")
    {
        Description = "Devices to capture on, separated by commas (default: all; env NET_DEVICE, then VPC_MIRROR_DEVICE)",
        HelpName = "DEV[,DEV]",
    };

    public Option<string?> Ports { get; } = new("--port", "-p")
    {
        Description = "TCP ports or ranges, separated by commas (default: all; env APP_PORTS, then APP_PORT)",
        HelpName = "LIST",
    };

    public Option<string?> Bpf { get; } = new("--bpf")
    {
        Description = "Capture filter in tcpdump's language, applied in the kernel",
        HelpName = "EXPR",
    };

    public Option<string?> Read { get; } = new("--read", "-r")
    {
        Description = "Read a capture (pcap, pcapng, gor, gzip of these) instead of the network; - is standard input",
        HelpName = "FILE",
    };

    public Option<CapturePlane> Source { get; } = new("--source")
    {
        Description = "How to capture: auto, ring (AF_PACKET), libpcap, vxlan (mirrored traffic sent here; env SNIFFER_ENGINE=mirror), ebpf (at the sockets of processes), or ring+ebpf (both, joined)",
        HelpName = "PLANE",
        CustomParser = result => Parse<CapturePlane>(result, IsPlane, "a way to capture: auto, ring, libpcap, vxlan, ebpf, ring+ebpf", default),
    };

    public Option<bool> NoTls { get; } = new("--no-tls")
    {
        Description = "With ebpf: leave TLS encrypted, instead of reading it inside OpenSSL, GnuTLS and Go programs",
    };

    public Option<int> EbpfCpu { get; } = new("--ebpf-cpu")
    {
        Description = "With ebpf: percent of this host's CPUs that watching sockets may take; beyond, less is sent (default 12)",
        HelpName = "PERCENT",
        DefaultValueFactory = _ => new GovernorLimits().MaxCpuPercent,
        CustomParser = result => Parse<int>(result, IsPercent, "a number of percent, 1 to 100", 1),
    };

    public MirrorOptions Mirror { get; } = new();

    public IdentityOptions Identity { get; } = new();

    public Option<string?> Descriptors { get; } = new("--descriptors")
    {
        Description = "Protobuf descriptor set (protoc --include_imports --descriptor_set_out) by which gRPC messages are decoded",
        HelpName = "FILE",
    };

    public PrivacyChoices Privacy { get; } = new();

    public Option<string?> Where { get; } = new("--where", "-w")
    {
        Description = "Keep the calls for which a CEL expression is true, such as 'status_code >= 500'",
        HelpName = "CEL",
    };

    public Option<string[]> Outputs { get; } = new("--output", "-o")
    {
        Description = "Where calls go: console (default), jsonl[:FILE], har:FILE, pcap:FILE, gor:FILE, resurface[:URL] (env USAGE_LOGGERS_URL), otlp[:URL] (env OTEL_EXPORTER_OTLP_ENDPOINT) or none; may be repeated",
        HelpName = "OUTPUT",
    };

    public Option<long> BodyLimit { get; } = new("--body-limit")
    {
        Description = "Bytes kept of each body, such as 4k or 1MiB; 0 keeps none",
        HelpName = "BYTES",
        CustomParser = result => Parse(result, ByteSize.TryParse, "a size such as 64k or 1MiB", 64L << 10),
        DefaultValueFactory = _ => 64 << 10,
    };

    public Option<long?> Count { get; } = new("--count", "-n")
    {
        Description = "Stop after this many calls",
        HelpName = "N",
        CustomParser = result => Parse<long>(result, IsCount, "a number of calls, at least 1", default),
    };

    public Option<TimeSpan?> For { get; } = new("--for")
    {
        Description = "Stop after a time such as 30s or 5m",
        HelpName = "DURATION",
        CustomParser = result => Parse<TimeSpan>(result, Duration.TryParse, "a time such as 30s or 5m", default),
    };

    public Option<TimeSpan?> FlowInterval { get; } = new("--flow-interval")
    {
        Description = "How often -o flows tells connections that last, such as 60s; off tells only their end (default: live 60s, of a file off)",
        HelpName = "DURATION",
        CustomParser = result => Parse<TimeSpan?>(result, IsInterval, "a time such as 60s, or off", default),
    };

    public Option<int?> Workers { get; } = new("--workers")
    {
        Description = "Threads that capture and parse (default: of a file cores, at most 8; live 1)",
        HelpName = "N",
        CustomParser = result => Parse<int>(result, IsWorkers, $"a number of workers, 1 to {WorkerCount.Max}", 1),
    };

    public MetricsOption Metrics { get; } = new();

    public RetentionChoices Retention { get; } = new();

    public Option<string?> Stats { get; } = new("--stats")
    {
        Description = "Write the counters as JSON at the end; - is standard output",
        HelpName = "FILE",
    };

    public Option<string?> Counters { get; } = new("--counters")
    {
        Description = "Write the bytes and packets of all traffic, whatever the port, by interface, addresses, direction and protocol, as JSON lines every 10s; - is standard output",
        HelpName = "FILE",
    };

    public Option<AccountingMode> Accounting { get; } = new("--accounting")
    {
        Description = "Count the bytes of all traffic: on, off, or auto, which is on where the kernel counts or every packet is captured (default auto)",
        HelpName = "MODE",
        CustomParser = result => Parse<AccountingMode>(result, AccountingModes.TryParse, AccountingModes.Expected, default),
    };

    public Option<AccountingPlane> AccountingPlane { get; } = new("--accounting-plane")
    {
        Description = "Where bytes are counted: kernel, which costs least, frames that are captured, or auto, the first of them that works (default auto)",
        HelpName = "PLANE",
        CustomParser = result => Parse<AccountingPlane>(result, AccountingPlanes.TryParse, AccountingPlanes.Expected, default),
    };

    public Command AddTo(Command command)
    {
        Option[] options = [Interfaces, Ports, Bpf, Read, Source, NoTls, EbpfCpu, .. Mirror.All, Where, Outputs, Descriptors, .. Identity.All, .. Privacy.All, BodyLimit, Count, For, FlowInterval, Workers, Stats, Counters, AccountingPlane, .. Retention.All, .. Metrics.All];
        foreach (var option in options) command.Options.Add(option);
        return command;
    }

    /// <summary>
    /// One live worker keeps up with half a million calls a second; more are a choice, since the kernel does not always bring both
    /// directions of a connection to the same one (docs/decisions/0007).
    /// </summary>
    public int WorkersOf(ParseResult parsed) =>
        parsed.GetValue(Workers) ?? (parsed.GetValue(Read) is null ? 1 : WorkerCount.Default);

    /// <summary>The descriptors asked for; null without.</summary>
    /// <exception cref="UsageException">The file can't be read or is no descriptor set.</exception>
    public ProtobufSchema? Schema(ParseResult parsed)
    {
        if (parsed.GetValue(Descriptors) is not { } file) return null;
        try
        {
            return ProtobufSchema.TryRead(File.ReadAllBytes(file), out var schema, out var error)
                ? schema
                : throw new UsageException($"{file} is no descriptor set: {error}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read {file}: {e.Message}");
        }
    }

    /// <summary>What Kubernetes calls this node, or the host itself.</summary>
    public static string NodeName => FromEnvironment("NODE_NAME") ?? Environment.MachineName;

    public static string? FromEnvironment(params IEnumerable<string> names) =>
        names.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));

    private static bool IsPlane(string text, out CapturePlane plane)
    {
        plane = CapturePlane.RingEbpf;
        if (text.ToLowerInvariant() is "ring+ebpf" or "ebpf+ring") return true;
        return !int.TryParse(text, out _) && Enum.TryParse(text, ignoreCase: true, out plane) && plane != CapturePlane.RingEbpf;
    }

    private static bool IsCount(string text, out long count) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;

    private static bool IsInterval(string text, out TimeSpan? interval)
    {
        interval = TimeSpan.Zero;
        if (text == "off") return true;
        var valid = Duration.TryParse(text, out var value);
        interval = value;
        return valid;
    }

    private static bool IsPercent(string text, out int percent) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out percent) && percent is >= 1 and <= 100;

    private static bool IsWorkers(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= WorkerCount.Max;

    internal delegate bool Parser<T>(string text, out T value);

    internal static T Parse<T>(ArgumentResult result, Parser<T> parser, string expected, T otherwise)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (parser(text, out var value)) return value;
        result.AddError($"'{text}' is not {expected}");
        return otherwise;
    }
}
