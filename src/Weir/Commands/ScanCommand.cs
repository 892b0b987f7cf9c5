using System.CommandLine;
using Weir.Cli.Values;
using Weir.Export;
using Weir.Manifests.Images;
using Weir.Manifests.Reports;

namespace Weir.Cli.Commands;

/// <summary><c>weir scan</c>: what is known to be wrong with an image, found by Trivy.</summary>
internal sealed class ScanCommand
{
    private const string Help = """
        Scan an image with Trivy, or read a report that Trivy wrote, and say what was found, the worst first.

        Examples:
          weir scan ghcr.io/acme/orders:1.4.2
          weir scan nginx:1.27.3 --scanners vuln,secret --fail-on high
          weir scan nginx:1.27.3 --offline --cache-dir /var/cache/trivy
          weir scan --input report.json --json

        Trivy has to be installed (https://trivy.dev). Accounts for registries are Trivy's own: TRIVY_USERNAME and
        TRIVY_PASSWORD, or docker login. Exit code 1 when it could not be done, or when something is as bad as --fail-on.
        """;

    private static readonly string[] s_scanners = ["vuln", "secret", "misconfig", "license"];

    private readonly Argument<string?> _image = new("image") { Description = "Image to scan", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _input = new("--input") { Description = "Read a report of Trivy (--format json) instead; - for standard input", HelpName = "FILE" };
    private readonly Option<bool> _json = new("--json") { Description = "Write JSON" };
    private readonly Option<ImageSeverity?> _least = new("--min-severity") { Description = "Leave out what is below: unknown, low, medium, high, critical", HelpName = "SEVERITY" };
    private readonly Option<ImageSeverity?> _failOn = new("--fail-on") { Description = "End with 1 when something is at least this bad (default as --min-severity, if given)", HelpName = "SEVERITY" };
    private readonly Option<string> _scanners = new("--scanners") { Description = "What to look for, between commas: vuln, secret, misconfig, license", HelpName = "LIST", DefaultValueFactory = static _ => "vuln" };
    private readonly Option<bool> _offline = new("--offline") { Description = "Fetch nothing: the database has to be in the cache" };
    private readonly Option<bool> _ignoreUnfixed = new("--ignore-unfixed") { Description = "Leave out what has no fix" };
    private readonly Option<string?> _cache = new("--cache-dir") { Description = "Where Trivy keeps its database", HelpName = "DIR" };
    private readonly Option<string?> _database = new("--db-repository") { Description = "Mirror of the vulnerability database", HelpName = "REPOSITORY" };
    private readonly Option<string?> _javaDatabase = new("--java-db-repository") { Description = "Mirror of the database of Java packages", HelpName = "REPOSITORY" };
    private readonly Option<string?> _server = new("--server") { Description = "Trivy server that has the database (token: TRIVY_TOKEN)", HelpName = "URL" };
    private readonly Option<string?> _sources = new("--image-src") { Description = "Where to look for the image, in order: docker, containerd, podman, remote", HelpName = "LIST" };
    private readonly Option<string?> _platform = new("--platform") { Description = "Platform of the image, such as linux/amd64", HelpName = "PLATFORM" };
    private readonly Option<string> _program = new("--trivy") { Description = "The program", HelpName = "PATH", DefaultValueFactory = static _ => ImageScannerOptions.Default.Program };
    private readonly Option<TimeSpan> _timeout = new("--timeout")
    {
        Description = "Time that a scan may take",
        HelpName = "DURATION",
        CustomParser = static result => SniffOptions.Parse(result, Duration.TryParse, "a time such as 5m", ImageScannerLimits.Default.Timeout),
        DefaultValueFactory = static _ => ImageScannerLimits.Default.Timeout,
    };

    public static Command Create()
    {
        var options = new ScanCommand();
        var command = new Command("scan", Help)
        {
            options._image, options._input, options._json, options._least, options._failOn, options._scanners, options._offline, options._ignoreUnfixed, options._cache,
            options._database, options._javaDatabase, options._server, options._sources, options._platform, options._program, options._timeout,
        };
        command.SetAction((parsed, _) => options.Run(parsed));
        return command;
    }

    private async Task<int> Run(ParseResult parsed)
    {
        using var interruption = new Interruption(null);
        var cancel = interruption.Token;
        var (image, input) = (parsed.GetValue(_image), parsed.GetValue(_input));
        if (image is null == input is null) throw new UsageException("name an image, or a report with --input");
        var report = input is not null ? await Read(input, cancel) : await Scan(image!, Options(parsed), cancel);
        if (report is null) return cancel.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Failed;
        Write(report, parsed.GetValue(_json), parsed.GetValue(_least) ?? ImageSeverity.Unknown);
        return (parsed.GetValue(_failOn) ?? parsed.GetValue(_least)) is { } severity && report.Severities.Any(one => one >= severity) ? ExitCode.Failed : ExitCode.Done;
    }

    private static void Write(ImageReport report, bool json, ImageSeverity least)
    {
        if (json)
        {
            using var output = new BufferedStream(StandardOutput.Open());
            ImageJson.Write(report, least, output);
            output.Write("\n"u8);
        }
        else
        {
            ImageText.Write(report, least, Console.Out);
        }

        Console.Error.WriteLine($"weir: {ImageText.Summary(report)}");
    }

    private static async Task<ImageReport?> Scan(string image, ImageScannerOptions options, CancellationToken cancel)
    {
        using var scanner = new ImageScanner(options);
        try
        {
            var scan = await scanner.Scan(image, cancel);
            if (scan.Failure == ScanFailure.BadName) throw new UsageException($"{image}: {scan.Message}");
            if (scan.Report is null) Console.Error.WriteLine($"weir: {image}: {scan.Message}{(scan.Detail.Length > 0 ? $"\n{scan.Detail}" : "")}");
            return scan.Report;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <exception cref="UsageException">There is no such file, or it is no report.</exception>
    private static async Task<ImageReport> Read(string input, CancellationToken cancel)
    {
        try
        {
            await using var stream = input == "-" ? Console.OpenStandardInput() : File.OpenRead(input);
            using var content = new MemoryStream();
            var buffer = new byte[64 << 10];
            for (int count; (count = await stream.ReadAsync(buffer, cancel)) > 0;)
            {
                content.Write(buffer, 0, count);
                if (content.Length > ImageScannerLimits.Default.MaxReportBytes) throw new UsageException($"{input} has more than {ImageScannerLimits.Default.MaxReportBytes} bytes");
            }

            return TrivyReport.Parse(content.GetBuffer().AsMemory(0, (int)content.Length));
        }
        catch (Exception e) when (e is FormatException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"{input}: {e.Message}");
        }
    }

    private ImageScannerOptions Options(ParseResult parsed)
    {
        var scanners = parsed.GetValue(_scanners)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (scanners.Length == 0 || scanners.Except(s_scanners).FirstOrDefault() is not null) throw new UsageException($"--scanners takes {string.Join(", ", s_scanners)}");
        return ImageScannerOptions.Default with
        {
            Program = parsed.GetValue(_program)!,
            Limits = ImageScannerLimits.Default with { Timeout = parsed.GetValue(_timeout) },
            Scanners = [.. scanners],
            CacheDirectory = parsed.GetValue(_cache),
            Offline = parsed.GetValue(_offline),
            IgnoreUnfixed = parsed.GetValue(_ignoreUnfixed),
            DatabaseRepository = parsed.GetValue(_database),
            JavaDatabaseRepository = parsed.GetValue(_javaDatabase),
            Server = parsed.GetValue(_server),
            ImageSources = [.. (parsed.GetValue(_sources) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
            Platform = parsed.GetValue(_platform),
        };
    }
}
