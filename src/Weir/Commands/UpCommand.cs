using System.CommandLine;
using System.Net;
using Weir.Capture;
using Weir.Center.Hosting;
using Weir.Center.Respond;
using Weir.Cli.Accounting;
using Weir.Cli.Configuration;
using Weir.Cli.Delivery;
using Weir.Cli.Identity;
using Weir.Cli.Roles;
using Weir.Cli.Values;
using Weir.Detection.Baseline;
using Weir.Export;
using Weir.Export.Apisec;
using Weir.Privacy.Redaction;
using Weir.Probe;
using Weir.Records;

namespace Weir.Cli.Commands;

/// <summary><c>weir up</c>: probe and center in one process, with the embedded store and the page.</summary>
internal static class UpCommand
{
    private const string Help = """
        Capture this machine's API calls and show them in the browser.

        Examples:
          weir up                              capture everything, page at http://127.0.0.1:7373
          weir up -i eth0 -p 80,8080           one interface, two ports
          weir up --demo --for 60s             example services with traffic, for a minute
        """;

    public static Command Create()
    {
        var demo = new Option<bool>("--demo") { Description = "Start the example services and traffic between them" };
        var listen = new Option<string?>("--listen")
        {
            Description = "Where the page and the API listen (default 127.0.0.1:7373)",
            HelpName = "ADDRESS:PORT",
        };
        var data = new Option<string?>("--data") { Description = "Where calls are stored (default ~/.local/share/weir)", HelpName = "DIR" };
        var size = new Option<long?>("--max-size")
        {
            Description = "Oldest calls are deleted beyond this size (default 2GiB)",
            HelpName = "BYTES",
            CustomParser = result => SniffOptions.Parse(result, ByteSize.TryParse, "a size such as 500MiB", 0L),
        };
        var age = new Option<TimeSpan?>("--max-age")
        {
            Description = "Calls are deleted after this time (default 7d)",
            HelpName = "DURATION",
            CustomParser = result => SniffOptions.Parse<TimeSpan>(result, Duration.TryParse, "a time such as 24h or 7d", default),
        };
        var apisec = new Option<string?>("--apisec")
        {
            Description = "Also tell endpoints to the APISec platform, configured by this file (env SERVICE_CONFIG_PATH)",
            HelpName = "CONFIG.json",
        };
        var (store, auth) = (StoreSettings.Option(), new AuthSettings());
        var options = new SniffOptions();
        var command = new Command("up", Help) { demo, listen, data, store, size, age, apisec, auth.Off };
        foreach (var option in (Option[])[options.Interfaces, options.Ports, options.Bpf, options.Source, .. options.Mirror.All, options.Descriptors, .. options.Identity.All, .. options.Privacy.All, options.BodyLimit, options.For, options.Workers, options.Accounting, options.AccountingPlane, .. options.Retention.All, .. options.Metrics.All])
            command.Options.Add(option);
        command.SetAction((parsed, _) => Run(parsed, options, new CenterOptions
        {
            Listen = Endpoint(parsed.GetValue(listen) ?? "127.0.0.1:7373"),
            DataDirectory = DataDirectory(parsed.GetValue(data), parsed.GetValue(demo)),
            ClickHouse = StoreSettings.Read(
                YamlSettings.Read(null, Environment.GetEnvironmentVariable), parsed.GetValue(store), parsed.GetValue(size) ?? long.MaxValue, parsed.GetValue(age) ?? TimeSpan.FromDays(7)),
            MaxBytes = parsed.GetValue(size) ?? 2L << 30,
            MaxAge = parsed.GetValue(age) ?? TimeSpan.FromDays(7),
            Demo = parsed.GetValue(demo),
            Respond = parsed.GetValue(demo) ? new RespondOptions { Baseline = BaselineOptions.Default with { Learning = DemoServices.Learning } } : new RespondOptions(),
            Auth = AuthSettings.Read(YamlSettings.Read(null, Environment.GetEnvironmentVariable), parsed.GetValue(auth.Off)),
        }, apisec));
        return command;
    }

    private static async Task<int> Run(ParseResult parsed, SniffOptions options, CenterOptions center, Option<string?> configuration)
    {
        using var interruption = new Interruption(parsed.GetValue(options.For));
        var plane = MirrorOptions.Plane(options.Source, parsed);
        var privacy = options.Privacy.Load(parsed, out _);
        using var redactors = new ThreadLocal<ExchangeRedactor>(() => new ExchangeRedactor(privacy.Redaction));
        if (privacy.Redaction is not null) center = center with { Redact = exchange => redactors.Value!.Redact(exchange) };
        await using var identity = await IdentitySession.StartAsync(options.Identity, parsed, isFile: false, interruption.Token);
        await using var host = Host(center);
        // The page does not watch itself.
        var filter = options.Metrics.Exclude(SniffCommand.Filter(options, parsed), parsed).Excluding(center.Listen.Port);
        using var counting = ByteCounting.Open(
            parsed.GetValue(options.Accounting), parsed.GetValue(options.AccountingPlane), plane, filter, SniffCommand.Counted(options, parsed), Notice.Tell);
        var sources = SniffCommand.OpenLive(options, parsed, plane, filter, countAll: counting.WantsAllFrames);
        var node = SniffOptions.NodeName;
        using var keeper = RetentionChoices.Open(options.Retention.Read(parsed), plane, options.Mirror.Tunnels(parsed));
        using var traffic = counting.IsOn
            ? new TrafficAccountant(new TrafficOptions { Sink = host.Traffic, Node = node, Address = AccountingModes.OwnAddress(), Identifier = identity.Identifier }, live: true)
            : null;
        var probe = new ProbeOptions
        {
            Ports = filter.Ports,
            ExcludedPorts = filter.ExcludedPorts,
            HeadersOfOthers = counting.CutsOthers,
            Traffic = traffic,
            KernelTraffic = counting.Kernel,
            Tunnels = options.Mirror.Tunnels(parsed),
            BodyLimitBytes = (int)Math.Min(parsed.GetValue(options.BodyLimit), 64 << 20),
            Node = node,
            Source = SniffCommand.Kind(plane),
            Workers = options.WorkersOf(parsed),
            Schema = options.Schema(parsed),
            Identifier = identity.Identifier,
            Privacy = privacy,
            Keeper = keeper,
        };
        using var apisec = Apisec(parsed.GetValue(configuration), center.DataDirectory);
        using var run = new ProbeRun(sources, probe, apisec is null ? [new SharedSinkOutput(host.Ingest)] : [new SharedSinkOutput(host.Ingest), apisec]);
        if (apisec is not null) host.Add(apisec);
        host.Add(new ProbeStatus(run));
        if (traffic is not null) host.Add(traffic);
        using var kept = keeper?.Share();
        if (keeper is not null) host.Add(keeper);
        if (kept is not null) host.Keep(node, kept);
        if (identity.Identifier is { } named) host.Add(named);
        await host.StartAsync(CancellationToken.None);
        await using var metrics = await options.Metrics.Start(parsed, host.StatusSources);
        Console.Error.WriteLine($"weir: capturing on {string.Join(", ", run.Interfaces.Select(i => i.Name))}");
        AuthSettings.Announce(host, center, link: true);
        Console.Error.WriteLine($"weir: {host.Address} shows the calls; Ctrl-C stops");
        using var services = center.Demo ? DemoServices.Start() : null;
        await Capture(run, interruption);
        services?.Dispose();
        await host.StopAsync();
        foreach (var warning in run.Warnings) Console.Error.WriteLine($"weir: {warning}");
        Summary.Print(run.Report(), run.Warnings.Count > 0);
        return interruption.BySignal ? ExitCode.Interrupted : ExitCode.Done;
    }

    /// <summary>Null when nobody asked for it, or the environment says that it is off.</summary>
    private static ApisecOutput? Apisec(string? configuration, string data)
    {
        ApisecEnvironment.Check(configuration);
        if (ApisecEnvironment.IsOff || (configuration is null && !ApisecEnvironment.IsNamed)) return null;
        return new ApisecOutput(ApisecEnvironment.Read(configuration, Path.Combine(data, "spool"), Notice.Tell));
    }

    internal static CenterHost Host(CenterOptions center)
    {
        try
        {
            return CenterHost.Create(center);
        }
        catch (IOException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>Captures on a thread of its own: the thread pool stays free for the page.</summary>
    private static Task Capture(ProbeRun run, Interruption interruption) => Task.Factory.StartNew(
        () => run.Run(interruption.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static IPEndPoint Endpoint(string text) =>
        IPEndPoint.TryParse(text.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out var endpoint) && endpoint.Port > 0
            ? endpoint
            : throw new UsageException($"--listen takes ADDRESS:PORT such as 127.0.0.1:7373, not '{text}'");

    internal static string DataDirectory(string? named, bool demo)
    {
        if (named is not null) return named;
        if (demo) return Directory.CreateTempSubdirectory("weir-demo-").FullName;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(home.Length > 0 ? home : "/var/lib", "weir");
    }
}
