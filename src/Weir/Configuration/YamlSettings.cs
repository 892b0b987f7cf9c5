using System.Globalization;
using Weir.Records.Filter;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Weir.Cli.Configuration;

/// <summary>One value of a configuration, with where it stands, for whoever has to put it right.</summary>
/// <param name="Key">Path such as <c>probes.listen</c>.</param>
/// <param name="Text">The value.</param>
/// <param name="Place">File, line and column, or the environment variable.</param>
internal sealed record Setting(string Key, string Text, string Place)
{
    public UsageException Wrong(string expected) => new($"{Place}: {Key} is '{Text}', not {expected}");
}

/// <summary>
/// A YAML file of sections and values, flattened into paths, with environment variables on top: <c>probes.tokenFile</c> is
/// <c>WEIR_PROBES_TOKEN_FILE</c>. Keys that nobody asked for are mistakes.
/// </summary>
internal sealed class YamlSettings
{
    private readonly Dictionary<string, List<Setting>> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SettingDescription> _known = new(StringComparer.Ordinal);
    private readonly Func<string, string?> _environment;

    private YamlSettings(Func<string, string?> environment) => _environment = environment;

    /// <summary>Every value that was asked for, as text: what a later reading is compared with.</summary>
    public SortedDictionary<string, string> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>Every key that was asked for, in that order.</summary>
    public IReadOnlyCollection<SettingDescription> Descriptions => _known.Values;

    /// <param name="file">Path; null for the environment alone.</param>
    /// <param name="environment">Environment variables.</param>
    /// <exception cref="UsageException">It cannot be read, or is not such a file.</exception>
    public static YamlSettings Read(string? file, Func<string, string?> environment)
    {
        var settings = new YamlSettings(environment);
        if (file is null) return settings;
        try
        {
            settings.Load(file, File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read {file}: {e.Message}");
        }
        catch (YamlException e)
        {
            throw new UsageException($"{file}:{e.Start.Line}:{e.Start.Column}: {e.InnerException?.Message ?? e.Message}");
        }

        return settings;
    }

    /// <exception cref="UsageException">It is a list.</exception>
    private Setting? Find(string key, string meaning)
    {
        var all = FindAll(key, meaning);
        if (all.Count == 0) return null;
        return all.Count == 1 ? all[0] : throw new UsageException($"{all[1].Place}: {key} takes one value");
    }

    /// <summary>The values of a list, or the one value; of the environment, those between commas.</summary>
    /// <param name="key">Path such as <c>capture.port</c>.</param>
    /// <param name="meaning">What it decides, for the reference.</param>
    /// <param name="otherwise">What holds when it is not set, for the reference.</param>
    public IReadOnlyList<Setting> FindAll(string key, string meaning, string? otherwise = null)
    {
        _known.TryAdd(key, new SettingDescription(key, "list", otherwise, meaning));
        var variable = VariableOf(key);
        List<Setting> found = _environment(variable) is { Length: > 0 } text
            ? [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(one => new Setting(key, one, variable))]
            : [.. _values.GetValueOrDefault(key, []).Where(one => one.Text.Length > 0)];
        if (found.Count > 0) Seen[key] = string.Join('\n', found.Select(one => one.Text));
        return found;
    }

    /// <summary>The one value of a key, in which commas are its own; null when it is not set.</summary>
    /// <param name="key">Path such as <c>probes.listen</c>.</param>
    /// <param name="meaning">What it decides, for the reference.</param>
    /// <exception cref="UsageException">It is a list.</exception>
    public Setting? FindText(string key, string meaning)
    {
        _known.TryAdd(key, new SettingDescription(key, "text", null, meaning));
        var variable = VariableOf(key);
        var found = _environment(variable) is { Length: > 0 } text ? new Setting(key, text, variable) : Find(key, meaning);
        if (found is not null) Seen[key] = found.Text;
        return found;
    }

    /// <summary>Names of the sections below a key, in the order of the file: <c>ops</c> where <c>alerts.to.ops.slack</c> is set.</summary>
    public IReadOnlyList<string> Sections(string key)
    {
        var prefix = key + ".";
        return [.. _values.Keys.Where(one => one.StartsWith(prefix, StringComparison.Ordinal)).Select(one => one[prefix.Length..].Split('.')[0]).Distinct()];
    }

    public T Get<T>(string key, Parser<T> parser, string expected, T otherwise, string meaning)
    {
        _known.TryAdd(key, new SettingDescription(key, expected, SettingText.Of(otherwise), meaning));
        if (FindText(key, meaning) is not { } setting) return otherwise;
        return parser(setting.Text, out var value) ? value : throw setting.Wrong(expected);
    }

    /// <exception cref="UsageException">A key of the file is none of those that were asked for.</exception>
    public void RefuseUnknown()
    {
        foreach (var (key, values) in _values)
        {
            if (_known.ContainsKey(key)) continue;
            throw new UsageException($"{values[0].Place}: there is no key {key}{Spelling.Suggest(key, _known.Keys)}");
        }
    }

    internal static string VariableOf(string key)
    {
        var name = new System.Text.StringBuilder("WEIR_");
        foreach (var c in key)
        {
            if (c == '.') name.Append('_');
            else if (char.IsAsciiLetterUpper(c)) name.Append('_').Append(c);
            else name.Append(char.ToUpperInvariant(c));
        }

        return name.ToString();
    }

    private void Load(string file, string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        if (stream.Documents.Count == 0) return;
        if (stream.Documents.Count > 1) throw new UsageException($"{file}: more than one document");
        var root = stream.Documents[0].RootNode;
        if (root is YamlScalarNode { Value: null or "" }) return;
        if (root is not YamlMappingNode mapping) throw new UsageException($"{Place(file, root)}: a configuration is keys and values");
        Load(file, "", mapping);
    }

    private void Load(string file, string prefix, YamlMappingNode mapping)
    {
        foreach (var (keyNode, value) in mapping.Children)
        {
            var key = prefix + ((keyNode as YamlScalarNode)?.Value ?? throw new UsageException($"{Place(file, keyNode)}: a key is a word"));
            switch (value)
            {
                case YamlMappingNode inner: Load(file, key + ".", inner); break;
                case YamlScalarNode scalar: Add(file, key, keyNode, scalar); break;
                case YamlSequenceNode list:
                    foreach (var one in list.Children)
                        Add(file, key, one, one as YamlScalarNode ?? throw new UsageException($"{Place(file, one)}: {key} is a list of values"));
                    break;
                default: throw new UsageException($"{Place(file, value)}: {key} has no value that can be read");
            }
        }
    }

    private void Add(string file, string key, YamlNode place, YamlScalarNode value)
    {
        if (!_values.TryGetValue(key, out var values)) _values.Add(key, values = []);
        values.Add(new Setting(key, value.Value ?? "", Place(file, place)));
    }

    private static string Place(string file, YamlNode node) =>
        string.Create(CultureInfo.InvariantCulture, $"{file}:{node.Start.Line}:{node.Start.Column}");

    internal delegate bool Parser<T>(string text, out T value);
}
