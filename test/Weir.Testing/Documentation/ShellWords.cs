using System.Buffers;
using System.Text;

namespace Weir.Testing.Documentation;

/// <summary>The little of the shell's grammar that documents use: words, quotes, pipes, redirections, assignments before a command.</summary>
public static class ShellWords
{
    private static readonly SearchValues<char> s_variable = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

    /// <summary>A line without its comment, which begins with # where a word could begin.</summary>
    public static string WithoutComment(string line)
    {
        var quote = '\0';
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote != '\0') quote = c == quote ? '\0' : quote;
            else if (c is '\'' or '"') quote = c;
            else if (c == '#' && (i == 0 || char.IsWhiteSpace(line[i - 1]))) return line[..i].TrimEnd();
        }

        return line.TrimEnd();
    }

    /// <summary>The simple commands of a line, each as its words, without assignments and redirections.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Commands(string line)
    {
        var commands = new List<IReadOnlyList<string>>();
        var words = new List<string>();
        var skip = false;
        foreach (var (word, isOperator) in Tokens(line))
        {
            if (isOperator && word is "<" or ">" or ">>") skip = true;
            else if (isOperator)
            {
                End();
            }
            else if (skip) skip = false;
            else if (words.Count > 0 || !IsAssignment(word)) words.Add(word);
        }

        End();
        return commands;

        void End()
        {
            if (words.Count > 0) commands.Add([.. words]);
            words.Clear();
        }
    }

    private static bool IsAssignment(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && word.AsSpan(0, equals).IndexOfAnyExcept(s_variable) < 0;
    }

    private static IEnumerable<(string Word, bool IsOperator)> Tokens(string line)
    {
        var word = new StringBuilder();
        var (quote, inWord) = ('\0', false);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word.Append(c);
            }
            else if (c is '\'' or '"') (quote, inWord) = (c, true);
            else if (char.IsWhiteSpace(c) || c is '|' or ';' or '&' or '<' or '>')
            {
                if (inWord) yield return (word.ToString(), false);
                word.Clear();
                inWord = false;
                if (!char.IsWhiteSpace(c)) yield return (c.ToString(), true);
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }

        if (inWord) yield return (word.ToString(), false);
    }
}
