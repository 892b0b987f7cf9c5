using System.CommandLine;
using Weir.Privacy.Redaction;
using Weir.Privacy.Rules;
using Weir.Probe;

namespace Weir.Cli.Commands;

/// <summary>
/// What a command that captures hides before it prints, stores or sends: logging rules (<c>--rules</c>), and redaction with its
/// opt-outs (<c>--reveal</c>) and additions (<c>--redaction</c>).
/// </summary>
internal sealed class PrivacyChoices
{
    /// <summary>The set that the Resurface loggers call "log everything".</summary>
    private const string DebugInclude = "include debug";

    public RuleOptions Rules { get; } = new();

    public Option<string?> Reveal { get; } = new("--reveal")
    {
        Description = "Classes of sensitive data to leave readable, or all; weir reveal lists them and what each exposes",
        HelpName = "CLASS[,CLASS]",
    };

    public Option<string?> Redaction { get; } = new("--redaction")
    {
        Description = "JSON file with your own detectors and classes to reveal",
        HelpName = "FILE",
    };

    public IEnumerable<Option> All => [Rules.Rules, Reveal, Redaction];

    /// <summary>Reads the choices and says on standard error what they leave open.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="rules">Always there, for switches such as allow_http_url.</param>
    /// <exception cref="UsageException">A rule, a class or the file is wrong.</exception>
    public PrivacyOptions Load(ParseResult parsed, out RuleSet rules)
    {
        var text = Rules.Text(parsed);
        rules = Rules.Load(parsed);
        var redaction = Options(parsed, out var revealsAll);
        if (IncludesDebug(text))
        {
            Notice.Tell("the rules say \"include debug\": calls are shown, stored and sent as they are, secrets included");
            return new PrivacyOptions(rules, null);
        }

        if (revealsAll)
        {
            Notice.Tell("--reveal all: nothing is masked; secrets, cards and personal data are shown, stored and sent as they are");
            // The default rules do nothing but mask.
            return new PrivacyOptions(text is null ? null : rules, null);
        }

        if (redaction.Revealed.Count > 0)
            Notice.Tell($"not masked: {string.Join(", ", redaction.Revealed.Select(one => one.Name).Order(StringComparer.Ordinal))}");
        return new PrivacyOptions(rules, redaction);
    }

    private RedactionOptions Options(ParseResult parsed, out bool revealsAll)
    {
        var options = parsed.GetValue(Redaction) is { } file ? Read(file) : RedactionOptions.Default;
        var reveal = parsed.GetValue(Reveal);
        revealsAll = reveal is not null && reveal.Split(',', StringSplitOptions.TrimEntries).Contains("all");
        if (reveal is null) return options;
        return RedactionOptions.TryParseReveal(reveal, options.Detectors, out var classes, out var error)
            ? new RedactionOptions(options.Revealed.Concat(classes), options.Detectors)
            : throw new UsageException(error);
    }

    private static RedactionOptions Read(string file)
    {
        byte[] text;
        try
        {
            text = File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read {file}: {e.Message}");
        }

        return RedactionConfiguration.TryParse(text, out var options, out var error) ? options : throw new UsageException($"{file}: {error}");
    }

    private static bool IncludesDebug(string? text)
    {
        const string File = "file://";
        if (text?.StartsWith(File, StringComparison.Ordinal) == true) text = RuleOptions.Source.ReadFile(text[File.Length..].Trim());
        return text?.Split('\n').Any(line => line.Trim() == DebugInclude) == true;
    }
}
