using Weir.Center.Scans;
using Weir.Cli.Configuration;
using Weir.Cli.Values;
using Weir.Manifests.Images;

namespace Weir.Cli.Roles;

/// <summary>The section <c>scans</c> of a center's configuration: how Trivy is run.</summary>
internal static class ScanSettings
{
    private static readonly string[] s_scanners = ["vuln", "secret", "misconfig", "license"];

    /// <exception cref="UsageException">Something is wrong; the message says where.</exception>
    public static ScanOptions Read(YamlSettings yaml)
    {
        var usual = ImageScannerOptions.Default;
        var scanners = yaml.FindAll("scans.scanners", "What Trivy looks for: vuln, secret, misconfig, license");
        if (scanners.FirstOrDefault(static one => !s_scanners.Contains(one.Text)) is { } wrong) throw wrong.Wrong(string.Join(", ", s_scanners));
        return new ScanOptions
        {
            Scanner = usual with
            {
                Program = yaml.FindText("scans.trivy", "The program (default: trivy, by PATH)")?.Text ?? usual.Program,
                Limits = usual.Limits with { Timeout = yaml.Get("scans.timeout", Duration.TryParse, "a time such as 5m", usual.Limits.Timeout, "A scan that takes longer is killed") },
                Scanners = scanners.Count == 0 ? usual.Scanners : [.. scanners.Select(static one => one.Text)],
                CacheDirectory = yaml.FindText("scans.cacheDir", "Where Trivy keeps its database (default: Trivy's own)")?.Text,
                Offline = yaml.Get<bool>("scans.offline", bool.TryParse, "true or false", false, "Nothing is fetched; the cache has to be filled"),
                IgnoreUnfixed = yaml.Get<bool>("scans.ignoreUnfixed", bool.TryParse, "true or false", false, "Leave out what has no fixed version yet"),
                DatabaseRepository = Value(yaml, "scans.dbRepository", "Where Trivy's database is fetched from"),
                JavaDatabaseRepository = Value(yaml, "scans.javaDbRepository", "Where Trivy's database of Java packages is fetched from"),
                Server = Value(yaml, "scans.server", "A trivy server that keeps the database; its token is in TRIVY_TOKEN"),
                ImageSources = [.. yaml.FindAll("scans.imageSources", "Where images are looked for, in this order: docker, containerd, podman, remote").Select(static one => one.Text)],
                Platform = Value(yaml, "scans.platform", "Which of the images of a name, such as linux/amd64"),
            },
        };
    }

    /// <summary>A value of an option, which must not look like another option.</summary>
    private static string? Value(YamlSettings yaml, string key, string meaning) =>
        yaml.FindText(key, meaning) is { } setting ? setting.Text.StartsWith('-') ? throw setting.Wrong("a value that begins with a letter or digit") : setting.Text : null;
}
