using System.CommandLine;
using Weir.Cli.Smells;
using Weir.Export;
using Weir.Manifests;
using Weir.Manifests.Checks;
using Weir.Manifests.Images;
using Weir.Manifests.Reports;
using Weir.Manifests.Scanning;
using Weir.Records;

namespace Weir.Cli.Commands;

/// <summary><c>weir smells</c>: what is wrong with Kubernetes manifests.</summary>
internal sealed class SmellsCommand
{
    private const string Help = """
        Say what is wrong with Kubernetes manifests: security, secrets, images, resources, availability, health, rights,
        network, correctness. Objects are compared with one another, so give all that belong together.

        Examples:
          weir smells deploy/
          helm template shop charts/shop | weir smells - --fail-on high
          weir smells deploy/ --sarif > smells.sarif
          weir smells --cluster --namespace shop         what runs there now; secrets are never read
          weir smells --explain SEC-007

        Exit code 1 when a finding is at least as bad as --fail-on. Expected findings are suppressed where they are, with a
        reason, by the annotation weir.io/ignore: "SEC-007=reason", or in a file for --config.
        """;

    private readonly Argument<string[]> _paths = new("path") { Description = "Files, folders, or - for standard input", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _json = new("--json") { Description = "Write JSON" };
    private readonly Option<bool> _sarif = new("--sarif") { Description = "Write SARIF 2.1.0, for code hosts" };
    private readonly Option<Severity?> _least = new("--min-severity") { Description = "Leave out what is below: info, low, medium, high, critical", HelpName = "SEVERITY" };
    private readonly Option<Severity?> _failOn = new("--fail-on") { Description = "End with 1 when something is at least this bad (default as --min-severity, if given)", HelpName = "SEVERITY" };
    private readonly Option<string[]> _enable = new("--enable") { Description = "Opt-in checks to run too (ids or names between commas), or all", HelpName = "CHECKS" };
    private readonly Option<string[]> _disable = new("--disable") { Description = "Checks not to run (ids or names between commas)", HelpName = "CHECKS" };
    private readonly Option<string?> _config = new("--config") { Description = "Configuration (docs/smells.md)", HelpName = "FILE" };
    private readonly Option<string[]> _images = new("--images") { Description = "Reports of Trivy in JSON, to tell vulnerable images", HelpName = "FILE" };
    private readonly Option<bool> _cluster = new("--cluster") { Description = "Look at what runs in the cluster of --kubeconfig (in a pod: its own), too" };
    private readonly Option<string?> _kubeconfig = new("--kubeconfig") { Description = "Kubeconfig of the cluster (default: KUBECONFIG, or ~/.kube/config)", HelpName = "FILE" };
    private readonly Option<string?> _context = new("--context") { Description = "Context of the kubeconfig (default: its current one)", HelpName = "NAME" };
    private readonly Option<string?> _namespace = new("--namespace") { Description = "Only this namespace of the cluster", HelpName = "NAME" };
    private readonly Option<bool> _suppressed = new("--show-suppressed") { Description = "Show expected findings too, with the reason" };
    private readonly Option<bool> _list = new("--list") { Description = "List all checks" };
    private readonly Option<string?> _explain = new("--explain") { Description = "Say what a check is about", HelpName = "CHECK" };

    public static Command Create()
    {
        var options = new SmellsCommand();
        var command = new Command("smells", Help)
        {
            options._paths, options._json, options._sarif, options._least, options._failOn, options._enable, options._disable, options._config, options._images,
            options._cluster, options._kubeconfig, options._context, options._namespace, options._suppressed, options._list, options._explain,
        };
        command.SetAction((parsed, _) => options.Run(parsed));
        return command;
    }

    private async Task<int> Run(ParseResult parsed)
    {
        if (parsed.GetValue(_list)) return CheckList.All();
        if (parsed.GetValue(_explain) is { } name) return CheckList.Explain(name);
        if (parsed.GetValue(_json) && parsed.GetValue(_sarif)) throw new UsageException("--json and --sarif: name one of them");
        var paths = parsed.GetValue(_paths) ?? [];
        if (paths.Length == 0 && !parsed.GetValue(_cluster)) throw new UsageException("name files or folders, - for standard input, or --cluster");
        var scanner = new SmellScanner(Options(parsed));
        var files = new ManifestFiles(scanner, ManifestLimits.Default, Notice.Tell);
        foreach (var path in paths) Read(files, path);
        foreach (var path in parsed.GetValue(_images) ?? []) scanner.Add(ReadImage(path));
        IReadOnlyList<string> unseen = [];
        if (parsed.GetValue(_cluster))
        {
            using var interruption = new Interruption(null);
            if (await LiveCluster.Read(scanner, parsed.GetValue(_kubeconfig), parsed.GetValue(_context), parsed.GetValue(_namespace), interruption.Token) is not { } notes) return ExitCode.Failed;
            unseen = notes;
        }

        var report = scanner.Scan();
        report = report with { Notes = [.. unseen, .. report.Notes] };
        var shown = report.AtLeast(parsed.GetValue(_least) ?? Severity.Info);
        Write(parsed, shown);
        foreach (var note in report.Notes) Console.Error.WriteLine($"weir: {note}");
        Console.Error.WriteLine($"weir: {SmellText.Summary(report)}");
        return (parsed.GetValue(_failOn) ?? parsed.GetValue(_least)) is { } severity && report.Findings.Any(finding => finding.Severity >= severity) ? ExitCode.Failed : ExitCode.Done;
    }

    private static void Read(ManifestFiles files, string path)
    {
        try
        {
            if (path != "-")
            {
                files.Add(path);
                return;
            }

            using var input = Console.OpenStandardInput();
            files.Add(path, input, onlyObjects: true);
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            throw new UsageException(e.Message);
        }
    }

    private void Write(ParseResult parsed, SmellReport report)
    {
        if (!parsed.GetValue(_json) && !parsed.GetValue(_sarif))
        {
            SmellText.Write(report, Console.Out, StandardOutput.WantsColour(), parsed.GetValue(_suppressed));
            return;
        }

        using var output = new BufferedStream(StandardOutput.Open());
        if (parsed.GetValue(_json)) SmellJson.Write(report, output);
        else SmellSarif.Write(report, ProductVersion.Text, output);
        output.Write("\n"u8);
    }

    private SmellOptions Options(ParseResult parsed)
    {
        var options = parsed.GetValue(_config) is { } file ? ReadConfiguration(file) : SmellOptions.Default;
        var enabled = Ids(parsed.GetValue(_enable));
        return options with { Enabled = options.Enabled.Union(enabled), Disabled = options.Disabled.Except(enabled).Union(Ids(parsed.GetValue(_disable))) };
    }

    private static IEnumerable<string> Ids(string[]? values) => (values ?? [])
        .SelectMany(static value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .SelectMany(static name => name == "all" ? CheckCatalog.All.Select(static check => check.Id) : [CheckList.Find(name).Id]);

    private static SmellOptions ReadConfiguration(string file)
    {
        try
        {
            return SmellConfiguration.Parse(file, File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is FormatException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException(e.Message);
        }
    }

    private static ImageReport ReadImage(string file)
    {
        try
        {
            return TrivyReport.Parse(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is FormatException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"{file}: {e.Message}");
        }
    }
}
