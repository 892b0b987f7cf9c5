using System.Buffers;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Xunit;

namespace Weir.Repository.Tests;

public partial class DocumentationTests
{
    /// <summary>Named in documents, but made by a build or a run.</summary>
    private static readonly string[] Made = ["web/dist", "web/node_modules", "artifacts/"];

    private static readonly string[] RequiredFiles =
    [
        "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE", "dev", ".ci/run", "docs/tour.md",
        "docs/architecture.md",
    ];

    private static readonly SearchValues<char> NotInPaths = SearchValues.Create(" <>*{}$…\"'");

    private static IEnumerable<string> Documents => Repository.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal));

    [Fact]
    public void The_documents_that_people_look_for_are_there() =>
        Offences.None(RequiredFiles.Where(file => !Repository.Exists(file)), "Missing.");

    [Fact]
    public void Paths_in_documents_exist()
    {
        var top = Repository.Files.Select(file => file.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        var names = Repository.Files.Select(file => Path.GetFileName(file)).ToHashSet(StringComparer.Ordinal);
        Offences.None(
            from document in Documents
            from Match match in Code().Matches(Repository.Read(document))
            let path = match.Groups[1].Value.TrimEnd('/')
            where LooksLikePath(path, top) && !Made.Any(made => path.StartsWith(made, StringComparison.Ordinal))
            where !Repository.Exists(path) && !names.Contains(path)
            select $"{document}: {path}",
            "A document that names what is not there misleads.");
    }

    [Fact]
    public void Links_between_documents_lead_somewhere() => Offences.None(
        from document in Documents
        from Match match in Link().Matches(Repository.Read(document))
        let target = match.Groups[1].Value.Split('#')[0]
        where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
        let path = Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Repository.Absolute(document))!, target)))
        where !Repository.Exists(path)
        select $"{document}: {target}",
        "A link that leads nowhere.");

    [Fact]
    public void Commands_of_the_dev_script_that_documents_name_exist()
    {
        var script = Repository.Read("dev");
        var commands = DevCommand().Matches(script[script.LastIndexOf("case $command", StringComparison.Ordinal)..])
            .SelectMany(match => match.Groups[1].Value.Split('|', StringSplitOptions.TrimEntries))
            .ToHashSet(StringComparer.Ordinal);
        Assert.Superset(new HashSet<string> { "demo", "test", "bench", "build", "weir" }, commands);
        Offences.None(
            from document in Documents
            from Match match in DevUse().Matches(Repository.Read(document))
            where !commands.Contains(match.Groups[1].Value)
            select $"{document}: {match.Value}",
            "dev has no such command.");
    }

    [Fact]
    public void Readme_sets_up_with_two_commands()
    {
        var readme = Repository.Read("README.md");
        Assert.Contains("./dev demo", readme, StringComparison.Ordinal);
        Assert.Contains("./dev test", readme, StringComparison.Ordinal);
    }

    [Fact]
    public void Decisions_are_numbered_without_holes_and_say_why()
    {
        var decisions = Repository.Below("docs/decisions", ".md").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(
            Enumerable.Range(1, decisions.Count).Select(number => $"{number:0000}"),
            decisions.Select(file => Path.GetFileName(file)[..4]));
        string[] sections = ["## Context", "## Decision", "## Consequences"];
        Offences.None(
            from file in decisions
            from section in sections
            where !Repository.Read(file).Contains(section, StringComparison.Ordinal)
            select $"{file}: {section}",
            "A decision record has these sections.");
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Scripts_may_be_executed() => Offences.None(
        from file in Repository.Files
        where file is "dev" or ".ci/run" || file.EndsWith(".sh", StringComparison.Ordinal)
        where (File.GetUnixFileMode(Repository.Absolute(file)) & UnixFileMode.UserExecute) == 0
        select file,
        "chmod +x");

    private static bool LooksLikePath(string text, HashSet<string> top)
    {
        // A pattern, a placeholder or a command is not a path; a bare name is one if it has such an ending.
        if (text.AsSpan().ContainsAny(NotInPaths) || text.StartsWith('/')) return false;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            ? top.Contains(text[..slash])
            : text.EndsWith(".md", StringComparison.Ordinal) || text.EndsWith(".props", StringComparison.Ordinal) || text.EndsWith(".slnx", StringComparison.Ordinal);
    }

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^\s+([a-z| -]+)\) ", RegexOptions.Multiline)]
    private static partial Regex DevCommand();

    [GeneratedRegex(@"\./dev ([a-z]+)")]
    private static partial Regex DevUse();
}
