using System.CommandLine;
using System.CommandLine.Parsing;
using Weir.Cli.Commands;
using Weir.Cli.Configuration;

namespace Weir.Cli.Roles;

/// <summary>
/// The section <c>capture</c>: the options of <c>weir sniff</c> that are about what is captured and kept, by their long names in camel
/// case. They are read by the command line's own parser, so both mean the same.
/// </summary>
internal sealed class CaptureSettings
{
    private const string Section = "capture.";

    private CaptureSettings(SniffOptions options, ParseResult parsed) => (Options, Parsed) = (options, parsed);

    public SniffOptions Options { get; }

    public ParseResult Parsed { get; }

    /// <exception cref="UsageException">A value is not what its option takes.</exception>
    public static CaptureSettings Read(YamlSettings settings)
    {
        var options = new SniffOptions();
        Option[] all =
        [
            options.Interfaces, options.Ports, options.Bpf, options.Source, options.NoTls, options.EbpfCpu, .. options.Mirror.All, options.Where, options.Descriptors,
            .. options.Identity.All, .. options.Privacy.All, options.BodyLimit, options.Workers,
        ];
        var command = new Command("capture");
        var arguments = new List<string>();
        var places = new Dictionary<Option, Setting>();
        foreach (var option in all)
        {
            command.Options.Add(option);
            var key = Section + KeyOf(option);
            var values = option.Arity.MaximumNumberOfValues > 1 || option == options.Interfaces || option == options.Ports
                ? settings.FindAll(key, option.Description!)
                : settings.FindText(key, option.Description!) is { } one ? [one] : [];
            foreach (var value in values) places[option] = value;
            if (option == options.Ports && values.Count > 0) arguments.AddRange([option.Name, string.Join(',', values.Select(value => value.Text))]);
            else foreach (var value in values) arguments.Add($"{option.Name}={value.Text}");
        }

        var parsed = command.Parse(arguments);
        if (parsed.Errors.Count == 0) return new CaptureSettings(options, parsed);
        var error = parsed.Errors[0];
        var where = error.SymbolResult is OptionResult { Option: var wrong } && places.TryGetValue(wrong, out var place) ? $"{place.Place}: {place.Key}: " : "";
        throw new UsageException(where + error.Message);
    }

    private static string KeyOf(Option option)
    {
        var words = option.Name.TrimStart('-').Split('-');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
