using System.Diagnostics.CodeAnalysis;

namespace Weir.Privacy.Rules;

/// <summary>Rule text with its includes expanded: lines, and from which line of the given text each is.</summary>
internal sealed class RuleText
{
    private readonly List<(string Text, int Origin)> _lines = [];

    private RuleText()
    {
    }

    public IReadOnlyList<(string Text, int Origin)> Lines => _lines;

    public override string ToString() => string.Join('\n', _lines.Select(line => line.Text));

    /// <summary>In the reference's order: file, <c>include default</c>, the default for a blank text, the other includes.</summary>
    /// <param name="text">As given; null stands for the default.</param>
    /// <param name="source">Files and the default.</param>
    /// <param name="loaded">Null when the result is false.</param>
    /// <param name="error">Null when the result is true.</param>
    public static bool TryLoad(
        string? text, RuleSource source, [NotNullWhen(true)] out RuleText? loaded, [NotNullWhen(false)] out RuleError? error)
    {
        loaded = null;
        error = null;
        text ??= source.Default;
        if (text.StartsWith("file://", StringComparison.Ordinal))
        {
            var path = text["file://".Length..].Trim();
            if (source.ReadFile(path) is not { } content)
            {
                error = new RuleError($"Failed to load rules: {path}");
                return false;
            }

            text = content;
        }

        if (text.Length > source.Limits.MaxTextChars)
        {
            error = new RuleError("Invalid rule: the text is too long", Detail: $"at most {source.Limits.MaxTextChars} characters");
            return false;
        }

        loaded = new RuleText();
        loaded.Split(text, 0);
        var standard = new RuleText();
        standard.Split(source.Default, 0);
        standard._lines.RemoveAll(line => Includes(line.Text, "default"));
        loaded.Expand("default", standard.ToString());
        if (loaded._lines.All(line => line.Text.All(RuleLine.IsSpace)))
        {
            loaded._lines.Clear();
            loaded.Split(standard.ToString(), 0);
        }

        foreach (var (name, content) in PredefinedRules.All) loaded.Expand(name, content);
        return true;
    }

    /// <summary>A carriage return ends a line too, alone or before a line feed; a form feed and Unicode's separators do not.</summary>
    private void Split(string text, int origin)
    {
        var number = 0;
        foreach (var line in text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n'))
        {
            number++;
            _lines.Add((line, origin == 0 ? number : origin));
        }
    }

    private void Expand(string name, string content)
    {
        for (var i = _lines.Count - 1; i >= 0; i--)
        {
            if (!Includes(_lines[i].Text, name)) continue;
            var included = new RuleText();
            included.Split(content, _lines[i].Origin);
            _lines.RemoveAt(i);
            _lines.InsertRange(i, included._lines);
        }
    }

    /// <summary>Exactly one space, and nothing else on the line but white space around.</summary>
    private static bool Includes(string line, string name)
    {
        var content = line.AsSpan().Trim(RuleLine.WhiteSpace);
        return content.StartsWith("include ") && content["include ".Length..].SequenceEqual(name);
    }
}
