using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Weir.Manifests.Images;

/// <summary>Scans images with the command line of Trivy. One at a time: processes that share a cache lock each other out.</summary>
public sealed partial class ImageScanner(ImageScannerOptions? options = null) : IDisposable
{
    private const int MaxNameLength = 512;

    /// <summary>Exit codes from here are a signal's number above it.</summary>
    private const int SignalExit = 128;

    private static readonly TimeSpan s_versionTime = TimeSpan.FromSeconds(30);

    /// <summary>What stands in Trivy's messages; the first that does decides.</summary>
    private static readonly (string Text, ScanFailure Failure, string Message)[] s_messages =
    [
        ("unknown flag", ScanFailure.ScannerTooOld, "this Trivy does not know an option that Weir uses: update Trivy"),
        ("unknown shorthand flag", ScanFailure.ScannerTooOld, "this Trivy does not know an option that Weir uses: update Trivy"),
        ("unknown command", ScanFailure.ScannerTooOld, "this Trivy does not know a command that Weir uses: update Trivy"),
        ("--skip-db-update cannot be specified on the first run", ScanFailure.DatabaseMissing, "there is no vulnerability database in the cache: let Trivy fetch one once, or copy one there"),
        ("--skip-java-db-update cannot be specified on the first run", ScanFailure.DatabaseMissing, "there is no database of Java packages in the cache: let Trivy fetch one once, or copy one there"),
        ("cannot be specified with the old DB schema", ScanFailure.DatabaseVersion, "the vulnerability database in the cache is too old for this Trivy: update it"),
        ("the version of DB schema doesn't match", ScanFailure.DatabaseVersion, "the vulnerability database and Trivy do not fit together: update both"),
        ("failed to download vulnerability DB", ScanFailure.DatabaseDownload, "the vulnerability database can't be fetched: name a mirror (db-repository), or fill the cache and scan offline"),
        ("failed to download Java DB", ScanFailure.DatabaseDownload, "the database of Java packages can't be fetched: name a mirror (java-db-repository), or fill the cache and scan offline"),
        ("context deadline exceeded", ScanFailure.Timeout, "Trivy did not end in time: allow more time"),
        ("UNAUTHORIZED", ScanFailure.AccessDenied, "the registry refuses access: give Trivy an account (TRIVY_USERNAME and TRIVY_PASSWORD, or docker login)"),
        ("authentication required", ScanFailure.AccessDenied, "the registry refuses access: give Trivy an account (TRIVY_USERNAME and TRIVY_PASSWORD, or docker login)"),
        ("DENIED", ScanFailure.AccessDenied, "the registry refuses access: give Trivy an account (TRIVY_USERNAME and TRIVY_PASSWORD, or docker login)"),
        ("unable to find the specified image", ScanFailure.ImageNotFound, "no registry or container runtime that Trivy reaches has this image"),
        ("MANIFEST_UNKNOWN", ScanFailure.ImageNotFound, "the registry has no such image"),
    ];

    private readonly ImageScannerOptions _options = options ?? ImageScannerOptions.Default;
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>Whether a text can name an image, and nothing else: no option, no path, no shell.</summary>
    public static bool IsName([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? image) => image is { Length: <= MaxNameLength } && Reference().IsMatch(image);

    /// <param name="image">Reference such as <c>ghcr.io/acme/orders:1.4.2</c> or one with a digest.</param>
    /// <param name="cancel">Kills Trivy.</param>
    public async Task<ImageScan> Scan(string image, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(image);
        // A name that begins with a hyphen would be an option.
        if (!IsName(image)) return ImageScan.Failed(ScanFailure.BadName, "that is no name of an image");
        await _oneAtATime.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var limits = _options.Limits;
            var run = await ScannerProcess.Run(_options.Program, Arguments(image), limits.Timeout + limits.Grace, limits.MaxReportBytes, limits.MaxMessageBytes, cancel).ConfigureAwait(false);
            return Read(run);
        }
        catch (Win32Exception e)
        {
            return ImageScan.Failed(ScanFailure.ScannerMissing, Missing(e));
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Asks Trivy for its version and its database; fast, and nothing is fetched.</summary>
    public async Task<ImageScannerStatus> Status(CancellationToken cancel)
    {
        try
        {
            IEnumerable<string> arguments = ["version", "--format", "json", .. Cache()];
            var run = await ScannerProcess.Run(_options.Program, arguments, s_versionTime, 1 << 20, _options.Limits.MaxMessageBytes, cancel).ConfigureAwait(false);
            if (run.TimedOut || run.ExitCode != 0) return new ImageScannerStatus(false, null, null, $"{_options.Program} can't tell its version");
            using var document = JsonDocument.Parse(run.Output);
            var root = document.RootElement;
            var version = root.TryGetProperty("Version", out var text) ? text.GetString() : null;
            DateTimeOffset? updated = root.TryGetProperty("VulnerabilityDB", out var database) && database.TryGetProperty("UpdatedAt", out var at) && at.TryGetDateTimeOffset(out var time) ? time : null;
            return new ImageScannerStatus(true, version, updated, updated is null ? "there is no vulnerability database in the cache yet" : "");
        }
        catch (Win32Exception e)
        {
            return new ImageScannerStatus(false, null, null, Missing(e));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new ImageScannerStatus(false, null, null, $"{_options.Program} is no Trivy: its version is no JSON");
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    /// <summary>No --exit-code: so 1 means that Trivy failed, and findings are told by the report.</summary>
    internal IReadOnlyList<string> Arguments(string image)
    {
        var arguments = new List<string>
        {
            "image", "--format", "json", "--quiet", "--scanners", string.Join(',', _options.Scanners), "--timeout",
            $"{((int)_options.Limits.Timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture)}s", "--skip-version-check", "--disable-telemetry",
        };
        arguments.AddRange(Cache());
        if (_options.Offline) arguments.AddRange(["--offline-scan", "--skip-db-update", "--skip-java-db-update", "--skip-check-update"]);
        if (_options.IgnoreUnfixed) arguments.Add("--ignore-unfixed");
        if (_options.ImageSources.Length > 0) arguments.AddRange(["--image-src", string.Join(',', _options.ImageSources)]);
        (string Name, string? Value)[] named =
        [
            ("--db-repository", _options.DatabaseRepository), ("--java-db-repository", _options.JavaDatabaseRepository), ("--server", _options.Server), ("--platform", _options.Platform),
        ];
        foreach (var (name, value) in named)
            if (value is not null) arguments.AddRange([name, value]);
        // What follows is no option, whatever it looks like.
        arguments.AddRange(["--", image]);
        return arguments;
    }

    private string[] Cache() => _options.CacheDirectory is { } folder ? ["--cache-dir", folder] : [];

    private ImageScan Read(ScannerRun run)
    {
        var detail = run.Messages.Trim();
        if (run.TooLarge) return ImageScan.Failed(ScanFailure.ReportTooLarge, $"the report has more than {_options.Limits.MaxReportBytes >> 20} MiB", detail);
        if (run.TimedOut) return ImageScan.Failed(ScanFailure.Timeout, $"Trivy did not end within {_options.Limits.Timeout.TotalSeconds:0} s and was killed: allow more time", detail);
        if (run.ExitCode != 0)
        {
            var known = s_messages.FirstOrDefault(one => detail.Contains(one.Text, StringComparison.Ordinal));
            if (known.Text is not null) return ImageScan.Failed(known.Failure, known.Message, detail);
            return run.ExitCode > SignalExit
                ? ImageScan.Failed(ScanFailure.Killed, $"Trivy was killed by signal {run.ExitCode - SignalExit}: perhaps it needs more memory", detail)
                : ImageScan.Failed(ScanFailure.Other, $"Trivy ended with {run.ExitCode}{(detail.Length > 0 ? $": {detail.Split('\n')[^1].Trim()}" : "")}", detail);
        }

        try
        {
            return ImageScan.Of(TrivyReport.Parse(run.Output), run.Output);
        }
        catch (FormatException e)
        {
            return ImageScan.Failed(ScanFailure.BadReport, e.Message, detail);
        }
    }

    private string Missing(Win32Exception e) => $"{_options.Program} can't be started ({e.Message}): install Trivy, https://trivy.dev, or say where it is";

    /// <summary>distribution's grammar of references, with room for ports and digests.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]+)?(/[A-Za-z0-9][A-Za-z0-9._-]*)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@[a-z0-9+._-]+:[0-9a-fA-F]{32,})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
