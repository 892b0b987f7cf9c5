using System.Text;
using System.Text.RegularExpressions;
using Weir.Manifests.Checks;
using Weir.Manifests.Images;
using Weir.Manifests.Scanning;
using Weir.Testing;

namespace Weir.Manifests.Tests;

/// <summary>Short ways to scan for tests.</summary>
internal static partial class Scan
{
    public const string Corpus = "test/corpus/manifests";

    /// <summary>Every check, opt-in ones too.</summary>
    public static SmellOptions All { get; } = SmellOptions.Default with { Enabled = [.. CheckCatalog.All.Select(check => check.Id)] };

    public static SmellReport Text(string yaml, SmellOptions? options = null, ManifestLimits? limits = null) => Bytes("a.yaml", Encoding.UTF8.GetBytes(yaml), options, limits);

    public static SmellReport Bytes(string file, byte[] content, SmellOptions? options = null, ManifestLimits? limits = null)
    {
        var scanner = new SmellScanner(options, limits);
        scanner.Add(file, content, onlyObjects: true);
        return scanner.Scan();
    }

    public static SmellReport File(string path, SmellOptions options, params ImageReport[] images)
    {
        var scanner = new SmellScanner(options);
        scanner.Add(Path.GetFileName(path), System.IO.File.ReadAllBytes(path), onlyObjects: true);
        foreach (var image in images) scanner.Add(image);
        return scanner.Scan();
    }

    /// <summary>Only these checks.</summary>
    public static SmellOptions Only(params string[] ids) => All with { Disabled = [.. CheckCatalog.All.Select(check => check.Id).Except(ids)] };

    /// <summary>Ids of what was found, without repetition.</summary>
    public static IReadOnlyList<string> Ids(this SmellReport report) => [.. report.Findings.Select(finding => finding.Check.Id).Distinct().Order(StringComparer.Ordinal)];

    public static IReadOnlyList<string> CorpusFiles(string check, string prefix) =>
        [.. Directory.EnumerateFiles(RepositoryRoot.Combine($"{Corpus}/{check}"), prefix + "*").Order(StringComparer.Ordinal)];

    /// <summary>Lines with the comment <c># smell</c>.</summary>
    public static IReadOnlyList<int> Marked(string path) =>
        [.. System.IO.File.ReadLines(path).Select((text, at) => (text, Line: at + 1)).Where(one => Mark().IsMatch(one.text)).Select(one => one.Line)];

    [GeneratedRegex(@"# smell$")]
    private static partial Regex Mark();
}
