using System.Text;
using System.Text.RegularExpressions;

namespace Weir.Manifests.Yaml;

/// <summary>One document of a file.</summary>
public sealed record ManifestDocument(string File, Node Root);

/// <summary>Reads files of one or more YAML or JSON documents. What can't be read is a problem with its line; the other documents are read all the same.</summary>
public static partial class ManifestReader
{
    /// <summary>A document costs as much time as this many values, however small it is.</summary>
    private const int DocumentCost = 20;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="file">Name for findings.</param>
    /// <param name="content">All of it, at most <see cref="ManifestLimits.MaxFileBytes"/>.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="documents">Gets the documents.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public static void Read(string file, ReadOnlySpan<byte> content, ManifestLimits limits, ICollection<ManifestDocument> documents, ICollection<ManifestProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(problems);
        void Report(int line, int column, string message) => problems.Add(new ManifestProblem(file, line, column, message));
        if (content.Length > limits.MaxFileBytes)
        {
            Report(0, 0, $"larger than {limits.MaxFileBytes} bytes");
            return;
        }

        if (content.StartsWith(Encoding.UTF8.Preamble)) content = content[Encoding.UTF8.Preamble.Length..];
        if (!TryDecode(content, out var text, out var badLine))
        {
            Report(badLine, 0, "not UTF-8");
            return;
        }

        if (LooksLikeJson().IsMatch(text) && TryReadJson(file, text, limits, documents, problems)) return;
        var nodes = 0L;
        foreach (var (part, offset) in Split(text))
        {
            try
            {
                foreach (var root in YamlTree.Read(part, offset, limits, nodes, Report))
                {
                    nodes += root.Size;
                    if (root.Kind != NodeKind.Null) documents.Add(new ManifestDocument(file, root));
                }
            }
            catch (ManifestException e)
            {
                var (line, message) = e.IsSyntax ? Advice(part, e.Line - offset, e.Message) : (e.Line - offset, e.Message);
                Report(line + offset, line + offset == e.Line ? e.Column : 0, message);
            }

            nodes += DocumentCost;
            if (nodes < limits.MaxNodes) continue;
            Report(offset + 1, 0, $"more than {limits.MaxNodes} values up to here; what follows was not read");
            return;
        }
    }

    /// <summary>False when it is no JSON after all: YAML has maps in braces too.</summary>
    private static bool TryReadJson(string file, string text, ManifestLimits limits, ICollection<ManifestDocument> documents, ICollection<ManifestProblem> problems)
    {
        var found = new List<ManifestProblem>();
        try
        {
            var roots = JsonTree.Read(s_strict.GetBytes(text), limits, (line, column, message) => found.Add(new ManifestProblem(file, line, column, message)));
            foreach (var root in roots.Where(static root => root.Kind != NodeKind.Null)) documents.Add(new ManifestDocument(file, root));
            foreach (var problem in found) problems.Add(problem);
            return true;
        }
        catch (ManifestException e)
        {
            if (e.IsSyntax && !text.Contains('\t', StringComparison.Ordinal)) return false;
            problems.Add(new ManifestProblem(file, e.Line, e.Column, e.Message));
            return true;
        }
    }

    /// <summary>
    /// Cuts at the markers between documents (YAML 1.2 §9.1.2: <c>---</c> at the start of a line can be nothing else), so that a
    /// document that can't be read takes no other with it.
    /// </summary>
    private static IEnumerable<(string Text, int LineOffset)> Split(string text)
    {
        var (start, offset, line, at) = (0, 0, 0, 0);
        while (at < text.Length)
        {
            if (at > start && IsMarker(text.AsSpan(at)))
            {
                if (!OnlyComments(text.AsSpan(start, at - start))) yield return (text[start..at], offset);
                (start, offset) = (at, line);
            }

            var next = text.IndexOf('\n', at);
            if (next < 0) break;
            at = next + 1;
            line++;
        }

        if (!OnlyComments(text.AsSpan(start))) yield return (text[start..], offset);
    }

    private static bool IsMarker(ReadOnlySpan<char> line) => line.StartsWith("---") && (line.Length == 3 || char.IsWhiteSpace(line[3]));

    /// <summary>Nothing but blanks, comments and directives, for which there is no document to build.</summary>
    private static bool OnlyComments(ReadOnlySpan<char> text)
    {
        foreach (var line in text.EnumerateLines())
        {
            var trimmed = line.Trim();
            if (trimmed.Length > 0 && trimmed[0] != '#' && line[0] != '%' && !(IsMarker(line) && (trimmed.Length == 3 || trimmed[3..].TrimStart().StartsWith("#")))) return false;
        }

        return true;
    }

    /// <summary>Says what to do where the parser's own words, or its place, do not.</summary>
    private static (int Line, string Message) Advice(string text, int line, string message)
    {
        var lines = text.Split('\n');
        if (lines.ElementAtOrDefault(line - 1)?.Contains("{{", StringComparison.Ordinal) == true || Template().IsMatch(text))
            return (line, $"a template, not a manifest: render it first (helm template NAME CHART | weir smells -); {message}");
        var tab = Array.FindIndex(lines, static one => Tab().IsMatch(one)) + 1;
        return tab > 0 ? (tab, $"a tab where YAML allows only blanks; {message}") : (line, message);
    }

    private static bool TryDecode(ReadOnlySpan<byte> content, out string text, out int badLine)
    {
        (text, badLine) = ("", 0);
        try
        {
            text = s_strict.GetString(content);
            return true;
        }
        catch (DecoderFallbackException e)
        {
            badLine = content[..Math.Clamp(e.Index, 0, content.Length)].Count((byte)'\n') + 1;
            return false;
        }
    }

    [GeneratedRegex(@"^\s*\{\s*(""|\})", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeJson();

    [GeneratedRegex(@"\{\{-?\s*(\.|\$|/\*|include\b|if\b|range\b|end\b|with\b|template\b|define\b|toYaml\b|tpl\b|default\b|else\b)", RegexOptions.CultureInvariant)]
    private static partial Regex Template();

    [GeneratedRegex(@"^ *\t", RegexOptions.CultureInvariant)]
    private static partial Regex Tab();
}
