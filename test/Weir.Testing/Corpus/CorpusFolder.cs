namespace Weir.Testing.Corpus;

/// <summary>The captures as they lie in <c>test/corpus</c>.</summary>
public static class CorpusFolder
{
    /// <summary>Set to 1 to write generated captures and expectations anew instead of comparing them.</summary>
    public const string RewriteVariable = "WEIR_REWRITE_CORPUS";

    public static string Root { get; } = RepositoryRoot.Combine("test/corpus");

    public static bool Rewrite => Environment.GetEnvironmentVariable(RewriteVariable) == "1";

    /// <summary>Cases that are made by code; captures from elsewhere lie in the folder only.</summary>
    public static IReadOnlyList<CorpusCase> Generated { get; } = [.. Http1Corpus.Cases, .. Http2Corpus.Cases, .. TunnelCorpus.Cases, .. LookupCorpus.Cases, .. LastingCorpus.Cases];

    /// <summary><c>protocol/case</c> of every folder with a capture, in a fixed order.</summary>
    public static IReadOnlyList<string> Names =>
    [
        .. Directory.EnumerateFiles(Root, "input.pcap", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, Path.GetDirectoryName(file)!))
            .Order(StringComparer.Ordinal),
    ];

    public static string Input(string name) => Path.Combine(Root, name, "input.pcap");

    public static string Expected(string name) => Path.Combine(Root, name, "expected.jsonl");
}
