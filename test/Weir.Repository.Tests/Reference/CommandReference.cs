using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Weir.Cli;
using Weir.Cli.Configuration;

namespace Weir.Repository.Tests.Reference;

/// <summary>docs/reference/cli.md, made of the commands' own options.</summary>
internal static partial class CommandReference
{
    public const string Document = "docs/reference/cli.md";

    public static string Write()
    {
        var root = CommandLine.Root();
        var text = new StringBuilder("""
            # The command line

            Made of the code: `WEIR_WRITE_DOCS=1 dotnet test test/Weir.Repository.Tests --filter Reference` writes it anew. Examples are run by
            the tests. `weir COMMAND --help` says the same. Options of GoReplay that `weir sniff` takes: [from GoReplay](../guides/from-goreplay.md).

            | exit code | meaning |
            | --- | --- |

            """);
        foreach (var (code, meaning) in ExitCode.Meanings) text.Append(CultureInfo.InvariantCulture, $"| {code} | {meaning} |\n");
        foreach (var command in root.Subcommands) Append(text, command, "weir");
        text.Append("""

            ## Environment variables

            Beside those that options name above, and the [keys of configurations](configuration.md), each of which has one:

            | variable | meaning |
            | --- | --- |

            """);
        foreach (var (name, meaning) in EnvironmentVariables.All) text.Append(CultureInfo.InvariantCulture, $"| `{name}` | {Cell(meaning)} |\n");
        return text.ToString();
    }

    /// <summary>Variables that the descriptions of options name.</summary>
    public static IEnumerable<string> VariablesOfOptions() => Commands(CommandLine.Root()).SelectMany(command => command.Options).SelectMany(Variables);

    public static IEnumerable<Command> Commands(Command command) => command.Subcommands.SelectMany(Commands).Prepend(command);

    private static void Append(StringBuilder text, Command command, string parent)
    {
        var name = $"{parent} {command.Name}";
        var parts = (command.Description ?? "").Split("\n\n");
        text.Append(CultureInfo.InvariantCulture, $"\n## {name}\n");
        foreach (var part in parts)
        {
            var isExamples = part.StartsWith("Example", StringComparison.Ordinal);
            text.Append(isExamples ? "\n```text\n" + string.Join('\n', part.Split('\n').Skip(1).Select(line => line.Trim())) + "\n```\n" : $"\n{part.TrimEnd()}\n");
        }

        if (command.Arguments.Count > 0 || command.Options.Any(option => !option.Hidden)) text.Append("\n| option | takes | default | environment | meaning |\n| --- | --- | --- | --- | --- |\n");
        foreach (var argument in command.Arguments) text.Append(CultureInfo.InvariantCulture, $"| `{argument.Name.ToUpperInvariant()}` | – | – | – | {Cell(argument.Description ?? "")} |\n");
        foreach (var option in command.Options.Where(option => !option.Hidden))
        {
            var names = string.Join(", ", option.Aliases.Append(option.Name).OrderByDescending(one => one.Length).Select(one => $"`{one}`"));
            var takes = option.ValueType == typeof(bool) ? "–" : $"`{Cell(option.HelpName ?? "VALUE")}`{(option.Arity.MaximumNumberOfValues > 1 ? " …" : "")}";
            var variables = string.Join(", ", Variables(option).Select(one => $"`{one}`"));
            text.Append(CultureInfo.InvariantCulture, $"| {names} | {takes} | {Cell(Default(option))} | {(variables.Length > 0 ? variables : "–")} | {Cell(option.Description ?? "")}{(option.Required ? "; required" : "")} |\n");
        }

        foreach (var inner in command.Subcommands) Append(text, inner, name);
    }

    /// <summary>What the option says it is; an array, a path or a choice that depends on something says so in its description.</summary>
    private static string Default(Option option)
    {
        if (DefaultIn(option.Description ?? "") is { } said) return said;
        if (!option.HasDefaultValue || option.ValueType.IsArray || option.ValueType == typeof(bool)) return "–";
        return SettingText.Of(option.GetDefaultValue()) ?? "–";
    }

    /// <summary>What a description says the default is; null where it says none.</summary>
    internal static string? DefaultIn(string description) => DefaultText().Match(description) is { Success: true } said ? said.Groups[1].Value.Trim() : null;

    private static IEnumerable<string> Variables(Option option) =>
        EnvironmentText().Matches(option.Description ?? "").SelectMany(said => Variable().Matches(said.Value)).Select(match => match.Value).Distinct();

    internal static string Cell(string text) => text.Replace("\n", " ", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);

    [GeneratedRegex(@"\(default:? ([^();]+)")]
    private static partial Regex DefaultText();

    [GeneratedRegex(@"\benv [^)]*")]
    private static partial Regex EnvironmentText();

    [GeneratedRegex(@"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")]
    private static partial Regex Variable();
}
