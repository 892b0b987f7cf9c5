using System.CommandLine;
using Weir.Cli.Commands;
using Weir.Export;
using Weir.Privacy.Rules;

namespace Weir.Cli.Delivery;

/// <summary>The logging rules of a run: <c>--rules</c>, else USAGE_LOGGERS_RULES, else the default set when Resurface is delivered to.</summary>
internal static class LoggingRules
{
    public const string OptionName = "--rules";

    /// <summary>Null when nobody asked for rules and nothing goes to Resurface.</summary>
    /// <exception cref="UsageException">A rule is wrong.</exception>
    public static RuleSet? Read(ParseResult parsed, IEnumerable<OutputSpec> specs)
    {
        var text = parsed.GetValue<string?>(OptionName) ?? SniffOptions.FromEnvironment("USAGE_LOGGERS_RULES")?.Replace("\\n", "\n", StringComparison.Ordinal);
        if (text is null && !specs.Any(spec => spec.Kind == OutputKind.Resurface)) return null;
        return RuleSet.TryParse(text, new RuleSource { ReadFile = ReadFile }, out var rules, out var error)
            ? rules
            : throw new UsageException($"the logging rules are not understood: {error}");
    }

    private static string? ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"weir: cannot read {path}: {failure.Message}");
            return null;
        }
    }
}
