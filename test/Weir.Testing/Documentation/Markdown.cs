using System.Text.RegularExpressions;

namespace Weir.Testing.Documentation;

/// <summary>
/// What documents show to be typed. A block of commands is fenced as <c>sh</c>, <c>bash</c>, <c>shell</c> or <c>console</c>; in the last, lines
/// with the prompt <c>$ </c> are commands and the others are what they print. A comment before the fence, which readers do not see, says what is
/// not run and why: <c>&lt;!-- not run: needs a cluster --&gt;</c>, or <c>&lt;!-- not run (gor): another program --&gt;</c> for lines that begin with a word.
/// </summary>
public static partial class Markdown
{
    private static readonly string[] s_shells = ["sh", "bash", "shell", "console"];

    public static IEnumerable<FencedBlock> Blocks(string document, string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (Fence().Match(lines[i]) is not { Success: true } fence) continue;
            var end = Array.FindIndex(lines, i + 1, line => line.Trim() == fence.Groups[1].Value);
            if (end < 0) throw new InvalidDataException($"{document}:{i + 1}: the block has no end");
            var mark = i > 0 && Comment().Match(lines[i - 1]) is { Success: true } comment ? comment.Groups[1].Value.Trim() : null;
            yield return new FencedBlock(document, i + 1, fence.Groups[2].Value, string.Join('\n', lines[(i + 1)..end]), mark);
            i = end;
        }
    }

    public static bool IsShell(FencedBlock block) => s_shells.Contains(block.Language);

    public static IEnumerable<DocumentedCommand> Commands(string document, string text) => Blocks(document, text).Where(IsShell).SelectMany(Commands);

    public static IEnumerable<DocumentedCommand> Commands(FencedBlock block)
    {
        var mark = block.Mark is null ? null : NotRunMark().Match(block.Mark);
        var lines = block.Text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var (first, line) = (i, lines[i].Trim());
            if (block.Language == "console")
            {
                if (!line.StartsWith("$ ", StringComparison.Ordinal)) continue;
                line = line[2..];
            }

            while (line.EndsWith('\\') && i + 1 < lines.Length) line = line[..^1].TrimEnd() + " " + lines[++i].Trim();
            line = ShellWords.WithoutComment(line);
            if (line.Length > 0) yield return new DocumentedCommand(block.Document, block.Line + 1 + first, line, NotRun(mark, line));
        }
    }

    /// <summary>Commands between single backticks in running text.</summary>
    public static IEnumerable<DocumentedCommand> Inline(string document, string text)
    {
        var lines = text.Split('\n');
        var fenced = Blocks(document, text).SelectMany(block => Enumerable.Range(block.Line, block.Text.Split('\n').Length + 2)).ToHashSet();
        for (var i = 0; i < lines.Length; i++)
        {
            if (fenced.Contains(i + 1)) continue;
            foreach (Match match in Span().Matches(lines[i])) yield return new DocumentedCommand(document, i + 1, match.Groups[1].Value, "shown in running text");
        }
    }

    private static string? NotRun(Match? mark, string line)
    {
        if (mark is not { Success: true }) return null;
        var words = mark.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 || words.Contains(line.Split(' ')[0]) ? mark.Groups[2].Value : null;
    }

    [GeneratedRegex(@"^\s*(`{3,}|~{3,})\s*([\w-]*)")]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\s*<!--(.*)-->\s*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^not run(?: \(([^)]+)\))?: (\S.{9,})$")]
    private static partial Regex NotRunMark();

    [GeneratedRegex(@"(?<!`)`((?:weir|\./dev) [^`]+)`(?!`)")]
    private static partial Regex Span();
}
