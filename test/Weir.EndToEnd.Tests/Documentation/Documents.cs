using Weir.Testing;
using Weir.Testing.Documentation;

namespace Weir.EndToEnd.Tests.Documentation;

/// <summary>The pages that people read to learn what to type.</summary>
internal static class Documents
{
    private static readonly string[] s_top = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "deploy/helm/weir/README.md"];

    public static IEnumerable<string> Pages => s_top.Concat(
        Directory.EnumerateFiles(RepositoryRoot.Combine("docs"), "*.md", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(RepositoryRoot.Path, file).Replace('\\', '/')).Order(StringComparer.Ordinal));

    /// <summary>Commands of the root whose help has examples; the repository's tests see to it that none is left out.</summary>
    public static IReadOnlyList<string> SubcommandsWithExamples { get; } =
    [
        "backup", "center", "detect", "diff", "endpoints", "export", "flows", "mcp", "openapi", "packets", "probe", "replay", "restore", "rules", "scan", "setup", "smells", "sniff", "train", "up",
    ];

    public static IEnumerable<DocumentedCommand> Commands(string page) => Markdown.Commands(page, Read(page));

    /// <summary>Blocks of YAML that are Weir's own: neither objects of Kubernetes nor marked as somebody else's.</summary>
    public static IEnumerable<FencedBlock> Configurations(string page) => Markdown.Blocks(page, Read(page))
        .Where(block => block.Language == "yaml" && block.Mark?.StartsWith("not a configuration of weir: ", StringComparison.Ordinal) != true);

    /// <summary>Not a word that the shell, or the page's own folder, knows.</summary>
    public static bool IsProgram(string word) => word is not ("weir" or "trivy" or "api" or "jq" or "cd" or "export" or "{" or "}") && !word.StartsWith("./", StringComparison.Ordinal) && word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static string Read(string page) => File.ReadAllText(RepositoryRoot.Combine(page));
}
