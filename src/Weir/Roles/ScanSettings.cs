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
        var scanners = yaml.FindAll("scans.scanners");
        if (scanners.FirstOrDefault(static one => !s_scanners.Contains(one.Text)) is { } wrong) throw wrong.Wrong(string.Join(", ", s_scanners));
        return new ScanOptions
        {
            Scanner = usual with
            {
                Program = yaml.FindText("scans.trivy")?.Text ?? usual.Program,
                Limits = usual.Limits with { Timeout = yaml.Get("scans.timeout", Duration.TryParse, "a time such as 5m", usual.Limits.Timeout) },
                Scanners = scanners.Count == 0 ? usual.Scanners : [.. scanners.Select(static one => one.Text)],
                CacheDirectory = yaml.FindText("scans.cacheDir")?.Text,
                Offline = yaml.Get<bool>("scans.offline", bool.TryParse, "true or false", false),
                IgnoreUnfixed = yaml.Get<bool>("scans.ignoreUnfixed", bool.TryParse, "true or false", false),
                DatabaseRepository = Value(yaml, "scans.dbRepository"),
                JavaDatabaseRepository = Value(yaml, "scans.javaDbRepository"),
                Server = Value(yaml, "scans.server"),
                ImageSources = [.. yaml.FindAll("scans.imageSources").Select(static one => one.Text)],
                Platform = Value(yaml, "scans.platform"),
            },
        };
    }

    /// <summary>A value of an option, which must not look like another option.</summary>
    private static string? Value(YamlSettings yaml, string key) =>
        yaml.FindText(key) is { } setting ? setting.Text.StartsWith('-') ? throw setting.Wrong("a value that begins with a letter or digit") : setting.Text : null;
}
