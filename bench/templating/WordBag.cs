namespace Weir.Benchmarks.Templating;

/// <summary>
/// The dictionary of the heuristics that need one: Debian's list of American English where it is installed, and the vocabulary of the corpus in
/// any case, so that none of them loses for want of words.
/// </summary>
internal sealed class WordBag
{
    private readonly HashSet<string> _words = new(StringComparer.OrdinalIgnoreCase);

    public WordBag()
    {
        foreach (var list in new[] { Vocabulary.Resources, Vocabulary.Siblings, Vocabulary.Actions, Vocabulary.TitleWords })
            foreach (var word in list)
                foreach (var part in word.Split('-', '_')) _words.Add(part);
        foreach (var word in new[] { "api", "rest", "v1", "v2", "v3", "health", "healthz", "status", "auth", "login", "token", "refresh", "latest", "archive", "reports", "daily", "content", "pages", "exports", "static", "repos", "issues", "commits", "errors", "setup", "settings", "usage", "t" })
            _words.Add(word);
        const string debian = "/usr/share/dict/words";
        HasDebianList = File.Exists(debian);
        if (HasDebianList) _words.UnionWith(File.ReadLines(debian));
    }

    public bool HasDebianList { get; }

    public bool AllKnown(IEnumerable<string> parts) => parts.All(part => part.Length > 0 && _words.Contains(part));
}
