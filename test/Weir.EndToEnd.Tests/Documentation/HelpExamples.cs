using Weir.Testing.Documentation;

namespace Weir.EndToEnd.Tests.Documentation;

/// <summary>The lines below "Examples:" in the help of a command.</summary>
internal static class HelpExamples
{
    public static IEnumerable<DocumentedCommand> Read(string page, string help)
    {
        var lines = help.Split('\n');
        var start = Array.FindIndex(lines, line => line.Trim() is "Examples:" or "Example:");
        if (start < 0) yield break;
        for (var i = start + 1; i < lines.Length && lines[i].Trim().Length > 0; i++)
            yield return new DocumentedCommand(page, i + 1, HelpText.WithoutExplanation(lines[i].Trim()), null);
    }
}
