using System.CommandLine;
using Weir.Capture;
using Weir.Cli.Accounting;
using Weir.Cli.Delivery;
using Weir.Cli.HttpFilters;
using Weir.Cli.Identity;
using Weir.Cli.Values;
using Weir.Export;
using Weir.Flows.Accounting;
using Weir.Linux;
using Weir.Probe;
using Weir.Records;
using Weir.Records.Filter;
using Weir.Records.Metrics;
using Weir.Records.Status;

namespace Weir.Cli.Commands;

/// <summary><c>weir sniff</c>: captures here and now, or reads a file, and prints or delivers the calls.</summary>
internal static class SniffCommand
{
    private const string Help = """
        Capture API calls here and now, or read them from a file.

        Examples:
          weir sniff                                     every HTTP call on every interface
          weir sniff -p 8080 -w 'status_code >= 500'     failed calls of one port
          weir sniff -r traffic.pcapng -o jsonl          a capture as JSON lines
          weir sniff -r traffic.pcap -o har:calls.har    a capture for a browser's network panel
          weir sniff --source vxlan --vni 17             what a VPC traffic mirror sends to this host
          weir sniff -w 'dst.workload.name == "orders"'   calls to a workload, in a cluster
          weir sniff --source ebpf                       at the sockets of processes: who calls whom
          weir sniff -o apisec:service_config.json       endpoints to the APISec platform
          weir sniff --counters traffic.jsonl -o none     bytes and packets of all traffic, every ten seconds
          weir sniff --keep-packets /var/lib/weir/packets -o none       raw packets to look into later, with weir packets
          weir sniff -w 'path.startsWith("/api")' -o pcap:api.pcapng -o console
        """;

    public static Command Create()
    {
        var (options, delivery) = (new SniffOptions(), new DeliveryOptions());
        var command = delivery.AddTo(options.AddTo(new Command("sniff", Help)));
        command.SetAction((parsed, _) => Run(options, delivery, parsed));
        return command;
    }

    private static async Task<int> Run(SniffOptions options, DeliveryOptions delivery, ParseResult parsed)
    {
        var file = parsed.GetValue(options.Read);
        var plane = MirrorOptions.Plane(options.Source, parsed);
        var filter = options.Metrics.Exclude(Filter(options, parsed), parsed);
        var specs = Outputs(parsed.GetValue(options.Outputs) ?? [], parsed.GetValue(delivery.CaptureLines));
        var privacy = options.Privacy.Load(parsed, out var rules);
        CheckPackets(specs, privacy);
        CheckSockets(options, parsed, plane, specs);
        var where = Both(Where(parsed.GetValue(options.Where)), delivery.Filter.Read(parsed));
        OutputFiles.Check(file, specs, parsed.GetValue(options.Stats), parsed.GetValue(options.Counters));
        if ((UsesStandardOutput(specs, parsed.GetValue(options.Stats)) || parsed.GetValue(options.Counters) == "-") && !StandardStreams.IsOpen(StandardStreams.Output))
            throw new OutputException("Cannot write to standard output: it is closed");
        using var statistics = StatisticsFile(parsed.GetValue(options.Stats));
        using var interruption = new Interruption(parsed.GetValue(options.For));
        await using var identity = await IdentitySession.StartAsync(options.Identity, parsed, file is not null, interruption.Token);
        var wanted = parsed.GetValue(options.Counters) is null ? AccountingMode.Off : AccountingMode.On;
        using var counting = file is not null
            ? ByteCounting.OfFile(wanted)
            : ByteCounting.Open(wanted, parsed.GetValue(options.AccountingPlane), plane, filter, Counted(options, parsed), Notice.Tell);
        var sources = OpenSources(options, delivery, parsed, file, plane, filter, counting.WantsAllFrames, interruption.Token);
        using var counters = counting.IsOn ? new TrafficLinesOutput(StatisticsFile(parsed.GetValue(options.Counters))!, Notice.Tell) : null;
        using var traffic = counters is null ? null : new TrafficAccountant(
            new TrafficOptions { Sink = counters, Node = SniffOptions.FromEnvironment("NODE_NAME") ?? "", Identifier = identity.Identifier }, live: file is null);
        using var packets = PacketFile(specs);
        using var keeper = RetentionChoices.Open(options.Retention.Read(parsed), plane, options.Mirror.Tunnels(parsed));
        var outputs = Deliveries.Open(specs, parsed, delivery, rules, file is not null, interruption.Token);
        var probe = new ProbeOptions
        {
            Ports = filter.Ports,
            ExcludedPorts = filter.ExcludedPorts,
            HeadersOfOthers = counting.CutsOthers,
            Traffic = traffic,
            KernelTraffic = counting.Kernel,
            Tunnels = options.Mirror.Tunnels(parsed),
            BodyLimitBytes = Deliveries.BodyLimit(specs, parsed, options.BodyLimit),
            Where = where,
            Workers = options.WorkersOf(parsed),
            MaxExchanges = parsed.GetValue(options.Count),
            Node = SniffOptions.FromEnvironment("NODE_NAME"),
            Source = file is not null ? CaptureSourceKind.File : Kind(plane),
            Schema = options.Schema(parsed),
            Identifier = identity.Identifier,
            FlowInterval = parsed.GetValue(options.FlowInterval),
            Privacy = privacy,
            PacketOutput = packets,
            Keeper = keeper,
        };
        var calls = new ExchangeMetrics();
        using var run = new ProbeRun(sources, probe, Lanes(options, delivery, parsed, outputs, calls));
        await using var metrics = await options.Metrics.Start(parsed, [new ProbeStatus(run), calls, new OutputStatus(outputs), traffic, keeper]);
        try
        {
            Console.Error.WriteLine($"weir: {(file is null ? "capturing on" : "reading")} {Names(run, file)}");
            using (new ProgressLine(() => Line(run.Report()), outputs, interruption)) run.Run(interruption.Token);
        }
        finally
        {
            foreach (var output in outputs) output.Dispose();
        }

        foreach (var warning in run.Warnings) Console.Error.WriteLine($"weir: {warning}");
        if (outputs.OfType<HarOutput>().Sum(har => har.LeftOut) is > 0 and var lookups)
            Console.Error.WriteLine($"weir: {lookups} DNS lookups are not in the HAR file, which is for HTTP");
        var report = Deliveries.Count(run.Report(), outputs);
        if (statistics is not null) report.WriteJson(statistics);
        Summary.Print(report, run.Warnings.Count > 0);
        if (interruption.BySignal) return ExitCode.Interrupted;
        return sources.OfType<FileCaptureSource>().Any(source => source.IsDamaged) ? ExitCode.Failed : ExitCode.Done;
    }

    private static IReadOnlyList<IExchangeOutput> Lanes(
        SniffOptions options, DeliveryOptions delivery, ParseResult parsed, IReadOnlyList<IExchangeOutput> outputs, ExchangeMetrics calls)
    {
        IReadOnlyList<IExchangeOutput> lanes = delivery.ReadAddressHeader(parsed) is { } header ? [new AddressHeaderOutput(outputs, header)] : outputs;
        return !options.Metrics.IsAsked(parsed) ? lanes : [.. lanes, new SharedSinkOutput(calls)];
    }

    /// <summary>Packets can be masked; to take parts out of them would make another conversation of them.</summary>
    private static void CheckPackets(List<OutputSpec> specs, PrivacyOptions privacy)
    {
        if (!privacy.RemovesParts || !specs.Exists(spec => spec.Kind == OutputKind.Pcap)) return;
        throw new UsageException("packets are masked, but logging rules that stop or remove parts do not apply to them: leave out --rules or the pcap output");
    }

    /// <summary>At sockets there are neither interfaces nor packets.</summary>
    private static void CheckSockets(SniffOptions options, ParseResult parsed, CapturePlane plane, List<OutputSpec> specs)
    {
        if (plane != CapturePlane.Ebpf || parsed.GetValue(options.Read) is not null) return;
        if (specs.Exists(spec => spec.Kind == OutputKind.Pcap))
            throw new UsageException("--source ebpf sees what processes send, not packets: for a pcap output take --source ring+ebpf");
        foreach (var option in new Option[] { options.Interfaces, options.Bpf })
        {
            if (parsed.GetResult(option) is { Implicit: false })
                throw new UsageException($"{option.Name} is about packets, which --source ebpf does not see: name ports by --port, or take --source ring+ebpf");
        }
    }

    internal static CaptureFilter Filter(SniffOptions options, ParseResult parsed)
    {
        var ports = parsed.GetValue(options.Ports) ?? SniffOptions.FromEnvironment("APP_PORTS", "APP_PORT") ?? "";
        try
        {
            return CaptureFilter.ForPorts(PortRange.ParseList(ports)) with
            {
                Tunnels = options.Mirror.Tunnels(parsed),
                Expression = CaptureFilter.FromExpression(parsed.GetValue(options.Bpf)).Expression,
            };
        }
        catch (CaptureException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static IReadOnlyList<ICaptureSource> OpenSources(
        SniffOptions options, DeliveryOptions delivery, ParseResult parsed, string? file, CapturePlane plane, CaptureFilter filter,
        bool countAll, CancellationToken cancellation)
    {
        if (file is null) return OpenLive(options, parsed, plane, filter, delivery, countAll);
        RefuseLiveOptions(options, parsed);
        return OpenFile(file, options.WorkersOf(parsed), cancellation);
    }

    /// <exception cref="UsageException">An option was given that a file has no use for.</exception>
    internal static void RefuseLiveOptions(SniffOptions options, ParseResult parsed)
    {
        if (!string.IsNullOrWhiteSpace(parsed.GetValue(options.Bpf))) throw new UsageException("--bpf works on live capture; with -r use --where or --port");
        foreach (var option in new Option[] { options.Interfaces, options.Source, options.Retention.Directory })
        {
            if (parsed.GetResult(option) is { Implicit: false })
                throw new UsageException(option == options.Retention.Directory ? "packets of a file are kept in it: --keep-packets is about live capture" : $"{option.Name} chooses what to capture live; with -r the packets come from the file");
        }
    }

    /// <exception cref="CaptureException">It cannot be read.</exception>
    internal static IReadOnlyList<ICaptureSource> OpenFile(string file, int workers, CancellationToken cancellation)
    {
        if (file == "-" && !StandardStreams.IsOpen(StandardStreams.Input)) throw new CaptureException("Cannot read the capture '-': standard input is closed");
        return CaptureFiles.OpenForWorkers(file, workers, cancellation);
    }

    internal static IReadOnlyList<ICaptureSource> OpenLive(
        SniffOptions options, ParseResult parsed, CapturePlane plane, CaptureFilter filter, DeliveryOptions? delivery = null, bool countAll = false)
    {
        var tunnels = options.Mirror.Tunnels(parsed);
        var ring = new RingOptions
        {
            Devices = Devices(options, parsed),
            Filter = filter,
            Tunnels = new TunnelPorts(tunnels.VxlanPorts, tunnels.GenevePorts),
            VxlanPorts = options.Mirror.SourcePorts(parsed),
            Promiscuous = delivery?.IsPromiscuous(parsed) == true,
            CountHeaders = countAll && filter.Expression is null,
        };
        if (delivery?.ReadBufferSize(parsed) is { } bytes) ring = ring with { BufferBytes = bytes };
        var sockets = new EbpfOptions
        {
            Ports = filter.Ports,
            Tls = !parsed.GetValue(options.NoTls),
            Governor = new GovernorLimits { MaxCpuPercent = parsed.GetValue(options.EbpfCpu) },
        };
        return CaptureSourceSelector.Open(plane, ring, options.WorkersOf(parsed), sockets);
    }

    /// <summary>What is counted in the kernel: the interfaces and tunnels of the capture.</summary>
    internal static KernelTrafficOptions Counted(SniffOptions options, ParseResult parsed) =>
        new() { Devices = Devices(options, parsed), Tunnels = options.Mirror.Tunnels(parsed), MaxRows = TrafficLimits.Default.MaxRows };

    private static string[] Devices(SniffOptions options, ParseResult parsed)
    {
        var devices = parsed.GetValue(options.Interfaces) is { Length: > 0 } named
            ? named
            : [SniffOptions.FromEnvironment("NET_DEVICE", "VPC_MIRROR_DEVICE") ?? ""];
        return [.. devices.SelectMany(d => d.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
    }

    internal static CaptureSourceKind Kind(CapturePlane plane) => CaptureSourceSelector.Resolve(plane) switch
    {
        CapturePlane.Ring => CaptureSourceKind.Ring,
        CapturePlane.Vxlan => CaptureSourceKind.Vxlan,
        CapturePlane.Ebpf => CaptureSourceKind.Ebpf,
        CapturePlane.RingEbpf => CaptureSourceKind.Ring,
        _ => CaptureSourceKind.Libpcap,
    };

    private static string Line(ProbeReport report) => $"{Summary.Number(report.Packets)} packets, {Summary.Number(report.Exchanges)} calls";

    private static string Names(ProbeRun run, string? file) =>
        file == "-" ? "standard input" : file ?? string.Join(", ", run.Interfaces.Select(i => i.Name));

    private static List<OutputSpec> Outputs(string[] texts, bool captureLines)
    {
        var specs = new List<OutputSpec>();
        foreach (var text in texts.Length == 0 ? DefaultOutputs() : texts)
        {
            if (!OutputSpec.TryParse(text, out var spec, out var error)) throw new UsageException(error);
            specs.Add(spec);
        }

        // What the old traffic monitor wrote beside its deliveries.
        if (specs.Exists(spec => spec.Kind == OutputKind.Apisec) && SniffOptions.FromEnvironment("OUTPUT_FILE") is { } file && !specs.Exists(spec => spec.Kind == OutputKind.Captured))
            specs.Add(new OutputSpec(OutputKind.Captured, file));
        if (captureLines) specs.Add(new OutputSpec(OutputKind.CapturedLines, null));
        return specs;
    }

    private static string[] DefaultOutputs() =>
        SniffOptions.FromEnvironment("USAGE_LOGGERS_URL") is null ? ["console"] : ["resurface"];

    private static Func<Exchange, bool>? Both(Func<Exchange, bool>? where, RequestFilter? filter) => (where, filter) switch
    {
        (_, null) => where,
        (null, _) => filter.Wants,
        _ => exchange => where(exchange) && filter.Wants(exchange),
    };

    internal static Func<Exchange, bool>? Where(string? text)
    {
        if (text is null) return null;
        return ExchangeFilter.TryCompile(text, out var predicate, out var error)
            ? predicate
            : throw new UsageException($"the filter is not understood\n{FilterExcerpt.Render(error, text)}");
    }

    private static Stream? PacketFile(List<OutputSpec> specs) =>
        specs.FindAll(spec => spec.Kind == OutputKind.Pcap) switch
        {
            [] => null,
            [{ File: null }] => StandardOutput.Open(),
            [{ File: { } path }] => OutputSpec.Create(path),
            _ => throw new UsageException("only one pcap output can be written"),
        };

    private static bool UsesStandardOutput(List<OutputSpec> specs, string? statistics) =>
        statistics == "-" || specs.Exists(spec => spec.File is null && spec.Kind is not (OutputKind.None or OutputKind.Resurface or OutputKind.Apisec));

    /// <summary>Opened before the capture: a place that cannot be written to is told at once, not after an hour.</summary>
    internal static Stream? StatisticsFile(string? target) =>
        target is null ? null : target == "-" ? StandardOutput.Open() : OutputSpec.Create(target);
}
