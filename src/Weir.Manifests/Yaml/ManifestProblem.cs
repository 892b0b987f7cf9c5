namespace Weir.Manifests.Yaml;

/// <summary>Why a document could not be taken as it is, in a sentence, and where (from 1; 0 when no place can be named).</summary>
public sealed record ManifestProblem(string File, int Line, int Column, string Message);

/// <summary>Ends the reading of one document.</summary>
internal sealed class ManifestException(int line, int column, string message, bool isSyntax = false) : Exception(message)
{
    /// <summary>It is no document of that language at all, rather than one beyond a limit.</summary>
    public bool IsSyntax => isSyntax;

    public int Line => line;

    public int Column => column;
}
