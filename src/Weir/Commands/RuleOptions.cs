using System.CommandLine;
using Weir.Privacy.Rules;
using Weir.Records;

namespace Weir.Cli.Commands;

/// <summary>
/// <c>--rules</c> with the network sniffer's name for it and its environment variables. A command that captures adds
/// <see cref="Rules"/> to its options and calls <see cref="Load"/>.
/// </summary>
internal sealed class RuleOptions
{
    /// <summary>Where nothing is said, nothing but secrets is taken away.</summary>
    private const string Otherwise = "include weir";

    public Option<string?> Rules { get; } = new("--rules", "--output-resurface-rules")
    {
        Description = "Logging rules, or file:// and a path (default: include weir; env USAGE_LOGGERS_RULES)",
        HelpName = "TEXT|file://PATH",
    };

    /// <summary>Delivery to Resurface is switched off from outside (<c>USAGE_LOGGERS_DISABLE</c>; true as Go spells it).</summary>
    public static bool IsResurfaceDisabled =>
        Environment.GetEnvironmentVariable("USAGE_LOGGERS_DISABLE") is "1" or "t" or "T" or "TRUE" or "true" or "True";

    /// <summary>Files as the commands open them.</summary>
    public static RuleSource Source { get; } = new() { ReadFile = ReadFile };

    /// <summary>The rules asked for; a mistake in them ends the command.</summary>
    public RuleSet Load(ParseResult parsed) => Parse(Text(parsed) ?? Otherwise);

    /// <summary>As given, or from the environment, where <c>\n</c> stands for a line end as in an env file; null when neither says anything.</summary>
    public string? Text(ParseResult parsed) =>
        parsed.GetValue(Rules) ?? SniffOptions.FromEnvironment("USAGE_LOGGERS_RULES")?.Replace("\\n", "\n", StringComparison.Ordinal);

    public static RuleSet Parse(string text) => RuleSet.TryParse(text, Source, out var rules, out var error)
        ? rules
        : throw new UsageException($"the rules are not understood: {error}");

    private static string? ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Any failure is the same to rules: the text cannot be had. The message names the path.
            return null;
        }
    }
}
