using System.Globalization;
using System.Runtime.Versioning;
using Weir.Manifests.Images;

namespace Weir.Manifests.Tests.Images;

/// <summary>The scanner against a stand-in for Trivy: a script that notes its arguments and then behaves as asked.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ImageScannerTests : IDisposable
{
    private const string Report = """{"SchemaVersion":2,"ArtifactName":"nginx:1.27.3","ArtifactType":"container_image","Results":[{"Target":"os","Vulnerabilities":[{"VulnerabilityID":"CVE-2026-0001","PkgName":"zlib","InstalledVersion":"1","Severity":"HIGH"}]}]}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-trivy-");

    private string Arguments => Path.Combine(_folder.FullName, "arguments");

    [Fact]
    public async Task A_report_is_read_and_the_arguments_are_a_list()
    {
        var options = Standin($"cat <<'END'\n{Report}\nEND") with
        {
            CacheDirectory = "/var/cache/trivy dir", Offline = true, IgnoreUnfixed = true, DatabaseRepository = "registry.example/db", JavaDatabaseRepository = "registry.example/java",
            Server = "http://trivy:4954", ImageSources = ["remote"], Platform = "linux/arm64", Scanners = ["vuln", "secret"],
        };
        var scan = await Run(options, "nginx:1.27.3");
        Assert.Equal((ScanFailure.None, ""), (scan.Failure, scan.Message));
        Assert.Equal("CVE-2026-0001", Assert.Single(scan.Report!.Vulnerabilities).Id);
        Assert.Equal(
            [
                "image", "--format", "json", "--quiet", "--scanners", "vuln,secret", "--timeout", "300s", "--skip-version-check", "--disable-telemetry",
                "--cache-dir", "/var/cache/trivy dir", "--offline-scan", "--skip-db-update", "--skip-java-db-update", "--skip-check-update", "--ignore-unfixed",
                "--image-src", "remote", "--db-repository", "registry.example/db", "--java-db-repository", "registry.example/java", "--server", "http://trivy:4954",
                "--platform", "linux/arm64", "--", "nginx:1.27.3",
            ],
            await File.ReadAllLinesAsync(Arguments));
    }

    [Theory]
    [InlineData("FATAL	Fatal error	init error: DB error: --skip-db-update cannot be specified on the first run", ScanFailure.DatabaseMissing)]
    [InlineData("FATAL --skip-java-db-update cannot be specified on the first run", ScanFailure.DatabaseMissing)]
    [InlineData("FATAL --skip-db-update cannot be specified with the old DB schema", ScanFailure.DatabaseVersion)]
    [InlineData("the version of DB schema doesn't match. Local DB: 3, Expected: 2", ScanFailure.DatabaseVersion)]
    [InlineData("failed to download vulnerability DB: OCI artifact error: TOOMANYREQUESTS", ScanFailure.DatabaseDownload)]
    [InlineData("unable to find the specified image \"nope:1\" in [\"docker\" \"remote\"]: GET https://index.docker.io: UNAUTHORIZED: authentication required", ScanFailure.AccessDenied)]
    [InlineData("unable to find the specified image \"nope:1\" in [\"docker\" \"remote\"]: MANIFEST_UNKNOWN: manifest unknown", ScanFailure.ImageNotFound)]
    [InlineData("image scan error: scan error: context deadline exceeded", ScanFailure.Timeout)]
    [InlineData("Error: unknown flag: --disable-telemetry", ScanFailure.ScannerTooOld)]
    [InlineData("something that nobody foresaw", ScanFailure.Other)]
    public async Task What_Trivy_says_becomes_a_reason(string message, ScanFailure failure)
    {
        var scan = await Run(Standin($"cat >&2 <<'END'\n{message}\nEND\nexit 1"), "nope:1");
        Assert.Equal(failure, scan.Failure);
        Assert.Null(scan.Report);
        Assert.NotEmpty(scan.Message);
        Assert.Contains(message, scan.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo not json", ScanFailure.BadReport, "not JSON")]
    [InlineData("true", ScanFailure.BadReport, "not JSON")]
    [InlineData("echo '{}'", ScanFailure.BadReport, "no SchemaVersion")]
    [InlineData("kill -9 $$", ScanFailure.Killed, "signal 9")]
    [InlineData("exit 7", ScanFailure.Other, "ended with 7")]
    [InlineData("head -c 3000000 /dev/zero; sleep 600", ScanFailure.ReportTooLarge, "more than 1 MiB")]
    public async Task Whatever_the_program_does_there_is_a_reason(string script, ScanFailure failure, string message)
    {
        var scan = await Run(Standin(script), "nginx:1.27.3");
        Assert.Equal(failure, scan.Failure);
        Assert.Contains(message, scan.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_does_not_end_is_killed_with_all_that_it_started()
    {
        var options = Standin($"sleep 600 &\necho $! > '{_folder.FullName}/child'\nwait");
        var scan = await Run(options with { Limits = options.Limits with { Timeout = TimeSpan.FromSeconds(1), Grace = TimeSpan.Zero } }, "nginx:1.27.3");
        Assert.Equal(ScanFailure.Timeout, scan.Failure);
        var child = int.Parse((await File.ReadAllTextAsync($"{_folder.FullName}/child")).Trim(), CultureInfo.InvariantCulture);
        var deadline = DateTime.UtcNow.AddMinutes(1);
        while (IsRunning(child) && DateTime.UtcNow < deadline) await Task.Delay(20);
        Assert.False(IsRunning(child));
    }

    [Fact]
    public async Task A_caller_that_gives_up_ends_the_program()
    {
        using var scanner = new ImageScanner(Standin($"echo $$ > '{_folder.FullName}/self'\nsleep 600"));
        using var cancel = new CancellationTokenSource();
        var scan = scanner.Scan("nginx:1.27.3", cancel.Token);
        var deadline = DateTime.UtcNow.AddMinutes(1);
        while (!File.Exists($"{_folder.FullName}/self") && DateTime.UtcNow < deadline) await Task.Delay(20);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scan);
    }

    [Fact]
    public async Task Messages_without_end_keep_their_end_only()
    {
        var options = Standin("head -c 300000 /dev/zero | tr '\\0' 'x' >&2; echo LAST >&2; exit 1");
        var scan = await Run(options with { Limits = options.Limits with { MaxMessageBytes = 1000 } }, "nginx:1.27.3");
        Assert.InRange(scan.Detail.Length, 1, 1000);
        Assert.EndsWith("LAST", scan.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-x")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a;rm -rf /")]
    [InlineData("$(id)")]
    [InlineData("../a")]
    [InlineData("a\n--server=http://evil")]
    [InlineData("a:")]
    public async Task What_is_no_name_of_an_image_is_never_handed_on(string name)
    {
        Assert.Equal(ScanFailure.BadName, (await Run(Standin("true"), name)).Failure);
        Assert.False(File.Exists(Arguments));
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("registry.example:5000/team/app:1.2.3-rc.1")]
    [InlineData("ghcr.io/acme/app:v1@sha256:0123456789012345678901234567890123456789012345678901234567890123")]
    public async Task Names_of_images_are_handed_on(string name)
    {
        await Run(Standin("true"), name);
        Assert.Equal(name, (await File.ReadAllLinesAsync(Arguments))[^1]);
    }

    [Fact]
    public async Task Without_Trivy_the_reason_says_so()
    {
        var options = new ImageScannerOptions { Program = Path.Combine(_folder.FullName, "absent") };
        var scan = await Run(options, "nginx:1.27.3");
        Assert.Equal(ScanFailure.ScannerMissing, scan.Failure);
        Assert.Contains("install Trivy", scan.Message, StringComparison.Ordinal);
        using var scanner = new ImageScanner(options);
        var status = await scanner.Status(CancellationToken.None);
        Assert.False(status.IsAvailable);
        Assert.Contains("install Trivy", status.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo '{\"Version\":\"0.70.0\",\"VulnerabilityDB\":{\"Version\":2,\"UpdatedAt\":\"2026-11-20T12:00:00Z\"}}'", true, "0.70.0", true, "")]
    [InlineData("echo '{\"Version\":\"0.70.0\"}'", true, "0.70.0", false, "no vulnerability database")]
    [InlineData("echo hello", false, null, false, "is no Trivy")]
    [InlineData("echo '[]'", false, null, false, "is no Trivy")]
    [InlineData("exit 3", false, null, false, "can't tell its version")]
    public async Task The_state_of_the_scanner_is_told(string script, bool available, string? version, bool hasDatabase, string reason)
    {
        using var scanner = new ImageScanner(Standin(script));
        var status = await scanner.Status(CancellationToken.None);
        Assert.Equal((available, version, hasDatabase), (status.IsAvailable, status.Version, status.DatabaseUpdatedAt is not null));
        Assert.Contains(reason, status.Reason, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<ImageScan> Run(ImageScannerOptions options, string image)
    {
        using var scanner = new ImageScanner(options);
        return await scanner.Scan(image, CancellationToken.None);
    }

    private static bool IsRunning(int process) => File.Exists($"/proc/{process}/status") && !File.ReadAllText($"/proc/{process}/status").Contains("State:\tZ", StringComparison.Ordinal);

    private ImageScannerOptions Standin(string script)
    {
        var path = Path.Combine(_folder.FullName, "trivy");
        File.WriteAllText(path, $"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{Arguments}'\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new ImageScannerOptions { Program = path, Limits = ImageScannerLimits.Default with { MaxReportBytes = 1 << 20 } };
    }
}
