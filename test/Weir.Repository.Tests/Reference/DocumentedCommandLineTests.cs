using System.CommandLine;
using System.Text.RegularExpressions;
using Weir.Cli;
using Weir.Cli.Compatibility;
using Weir.Testing.Documentation;
using Xunit;

namespace Weir.Repository.Tests.Reference;

/// <summary>
/// Command lines of documents are read by the program's own parser, whether a test runs them or not. That they do what they say is the
/// business of DocumentedCommandTests.
/// </summary>
public partial class DocumentedCommandLineTests
{
    private static readonly RootCommand s_root = CommandLine.Root();

    /// <summary>Elsewhere documents speak of parts of a command line.</summary>
    private static readonly string[] s_placeholders = ["…", "ARGS", "…]"];

    private static IEnumerable<string> Documents => Repository.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal) && !file.StartsWith("test/", StringComparison.Ordinal) && file != "CHANGELOG.md");

    [Fact]
    public void Every_command_line_of_a_block_is_understood_by_the_program() => Offences.None(
        from document in Documents
        from command in Markdown.Commands(document, Repository.Read(document))
        from offence in Wrong(command)
        select offence,
        "weir does not take this.");

    [Fact]
    public void Every_command_line_in_running_text_is_understood_by_the_program() => Offences.None(
        from document in Documents
        where !document.StartsWith("docs/reference/", StringComparison.Ordinal)
        from command in Markdown.Inline(document, Repository.Read(document))
        where !s_placeholders.Any(word => command.Text.Contains(word, StringComparison.Ordinal))
        from offence in Wrong(command)
        select offence,
        "weir does not take this.");

    [Fact]
    public void Every_example_of_a_help_text_is_understood_by_the_program() => Offences.None(
        from command in CommandReference.Commands(s_root)
        from example in Examples(command)
        from offence in Wrong(example)
        select offence,
        "weir does not take this.");

    [Fact]
    public void Commands_with_examples_are_known_to_the_tests_that_run_them()
    {
        var source = Repository.Read("test/Weir.EndToEnd.Tests/Documentation/Documents.cs");
        Offences.None(
            s_root.Subcommands.Where(command => Examples(command).Any() && !source.Contains($"\"{command.Name}\"", StringComparison.Ordinal)).Select(command => command.Name),
            "SubcommandsWithExamples lacks it.");
    }

    [Fact]
    public void Blocks_of_commands_say_that_they_are() => Offences.None(
        from document in Documents
        where document != CommandReference.Document
        from block in Markdown.Blocks(document, Repository.Read(document))
        where block.Language is "" or "text" && CommandBegins().IsMatch(block.Text)
        select $"{document}:{block.Line}",
        "Fence it as sh: then its commands are run by the tests.");

    [Fact]
    public void Marks_of_what_is_not_run_have_a_reason_and_a_block() => Offences.None(
        from document in Documents
        let text = Repository.Read(document)
        let marks = Markdown.Blocks(document, text).Count(block => block.Mark?.StartsWith("not run", StringComparison.Ordinal) == true && Markdown.Commands(block).Any(command => command.NotRun is not null))
        where marks != Mark().Count(text)
        select document,
        "<!-- not run: reason --> stands on the line before the fence; a word in brackets is the first of some line of the block.");

    private static IEnumerable<DocumentedCommand> Examples(Command command)
    {
        var lines = (command.Description ?? "").Split('\n').Select(line => line.TrimEnd()).ToList();
        var start = lines.FindIndex(line => line is "Examples:" or "Example:");
        return start < 0 ? [] : lines.Skip(start + 1).TakeWhile(line => line.Length > 0).Select(line => new DocumentedCommand($"weir {command.Name} --help", 0, HelpText.WithoutExplanation(line.Trim()), null));
    }

    private static IEnumerable<string> Wrong(DocumentedCommand command)
    {
        foreach (var words in ShellWords.Commands(command.Text))
        {
            var skip = words[0] == "weir" ? 1 : words is ["./dev", "weir", ..] ? 2 : 0;
            if (skip == 0) continue;
            foreach (var error in Errors([.. words.Skip(skip)])) yield return $"{command}: {error}";
        }
    }

    private static IEnumerable<string> Errors(string[] arguments)
    {
        try
        {
            var parsed = s_root.Parse(SnifferCompatibility.Rewrite(arguments, static _ => null, static _ => { }));
            // In running text a command may stand for itself, or NAME for a value that it would not take.
            return parsed.Errors.Select(error => error.Message).Where(error => !IsOfPlaceholder(error));
        }
        catch (UsageException wrong)
        {
            return [wrong.Message];
        }
    }

    private static bool IsOfPlaceholder(string error) => error.StartsWith("Required ", StringComparison.Ordinal) || error.StartsWith("Option '--", StringComparison.Ordinal) && error.EndsWith("is required.", StringComparison.Ordinal);

    [GeneratedRegex(@"^\s*(\$ )?(weir|\./dev|kubectl|helm|curl|dotnet|npm|docker|gor|tcpdump|tshark) \S", RegexOptions.Multiline)]
    private static partial Regex CommandBegins();

    [GeneratedRegex(@"^<!-- not run", RegexOptions.Multiline)]
    private static partial Regex Mark();
}
