using System.CommandLine;
using Weir.Center.Hosting;
using Weir.Center.Probes;
using Weir.Cli.Configuration;
using Weir.Cli.Roles;
using Weir.Privacy.Redaction;

namespace Weir.Cli.Commands;

/// <summary><c>weir center</c>: the cluster role. Takes calls from probes, stores and shows them.</summary>
internal static class CenterCommand
{
    private const string Help = """
        Take calls from probes, store them, and show them in the browser.

        Examples:
          weir center                                    on this host alone: probes at 127.0.0.1:7374, page at 127.0.0.1:7373
          weir center -c center.yaml
          weir center --store clickhouse:http://ch:8123/weir   several centers may share one store
          weir center -c center.yaml --check             what is wrong with the configuration
        """;

    public static Command Create()
    {
        var options = new RoleOptions();
        var (store, auth) = (StoreSettings.Option(), new AuthSettings());
        var command = options.AddTo(new Command("center", Help) { store, auth.Off });
        command.SetAction((parsed, _) => Run(options, parsed, parsed.GetValue(store), parsed.GetValue(auth.Off)));
        return command;
    }

    private static async Task<int> Run(RoleOptions options, ParseResult parsed, string? store, bool noAuth)
    {
        var file = parsed.GetValue(options.Config);
        var settings = CenterSettings.Read(file, store, noAuth);
        var port = settings.Options.Probes!;
        Checked(settings.Options);
        if (parsed.GetValue(options.Check))
        {
            Notice.Tell("the configuration is right");
            return ExitCode.Done;
        }

        foreach (var note in settings.Notes) Notice.Tell(note);
        if (port is { Tls: null } && !System.Net.IPAddress.IsLoopback(port.Listen.Address))
            Notice.Tell("probes are heard unencrypted: whoever is on the way reads calls and tokens; the section probes.tls changes that");
        using var interruption = new Interruption(parsed.GetValue(options.For));
        // What loggers send was masked by nobody yet; probes mask where they capture.
        using var redactors = new ThreadLocal<ExchangeRedactor>(() => new ExchangeRedactor(RedactionOptions.Default));
        await using var host = UpCommand.Host(settings.Options with { Redact = exchange => redactors.Value!.Redact(exchange) });
        await host.StartAsync(CancellationToken.None);
        await using var metrics = await options.Metrics.Start(parsed, host.StatusSources);
        AuthSettings.Announce(host, settings.Options, link: false);
        await using var health = settings.Health is { } asked ? new MetricsHost(asked, host.StatusSources) : null;
        if (health is not null) await health.StartAsync(CancellationToken.None);
        if (host.WakizashiEndpoint is { } old) Notice.Tell($"probes of wakizashi report to {old}");
        using var watch = new ConfigurationWatch(() => Again(file, store, noAuth, port), settings.Yaml, CenterSettings.Live);
        watch.Start();
        Notice.Tell($"probes deliver to {host.ProbeEndpoint}; {host.Address} shows the calls; Ctrl-C stops");
        await interruption.Stopped;
        await host.StopAsync();
        return interruption.BySignal ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static void Checked(CenterOptions options)
    {
        try
        {
            options.Auth.Check(options.Listen);
            options.Probes!.Check();
        }
        catch (IOException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static (YamlSettings Settings, Action Apply) Again(string? file, string? store, bool noAuth, ProbePort port)
    {
        var settings = CenterSettings.Read(file, store, noAuth);
        return (settings.Yaml, () =>
        {
            if (settings.Tokens.Count > 0) port.Tokens.Replace(settings.Tokens);
            else Notice.Tell("the last token has gone: those of before stay until a restart");
        });
    }
}
