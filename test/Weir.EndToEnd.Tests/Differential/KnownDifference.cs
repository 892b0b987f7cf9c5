using Weir.EndToEnd.Tests.Support;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Differential;

/// <summary>
/// Captures on which a peer reads differently and Weir is right. Each has a folder
/// <c>test/corpus/http1/&lt;case&gt;</c> whose NOTES.md names the capture and the RFC paragraph, and whose expected.txt is
/// what Weir must print for it: an exception is exact, never a licence to differ.
/// </summary>
internal static class KnownDifference
{
    private static readonly string Corpus = Path.Combine(RepositoryRoot.Path, "test/corpus/http1");

    public static IEnumerable<string> Cases =>
        from file in Directory.EnumerateFiles(Corpus, "expected.txt", SearchOption.AllDirectories)
        select Path.GetFileName(Path.GetDirectoryName(file)!);

    public static string? ExpectedFor(string capture)
    {
        var folder = Path.Combine(Corpus, CaseName(capture));
        var expected = Path.Combine(folder, "expected.txt");
        return File.Exists(expected) && File.Exists(Path.Combine(folder, "NOTES.md")) ? File.ReadAllText(expected) : null;
    }

    public static string Print(IEnumerable<CallFacts> calls) =>
        string.Concat(calls.Select(call => call.ToString()).Order(StringComparer.Ordinal).Select(line => line + "\n"));

    public static string CaseName(string capture) => capture
        .Replace("pcap/", "", StringComparison.Ordinal).Replace("traces/", "", StringComparison.Ordinal)
        .Replace("inputs/", "", StringComparison.Ordinal).Replace('/', '-');
}
