namespace Weir.Testing.Documentation;

/// <summary>One command line that a document shows.</summary>
/// <param name="Document">Path below the root, with forward slashes.</param>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Text">The line as a shell reads it: continuations joined, prompt and comment gone.</param>
/// <param name="NotRun">Why no test runs it; null for one that is run.</param>
public sealed record DocumentedCommand(string Document, int Line, string Text, string? NotRun)
{
    public override string ToString() => $"{Document}:{Line}: {Text}";
}

/// <summary>One fenced block of a document.</summary>
/// <param name="Document">Path below the root, with forward slashes.</param>
/// <param name="Line">The line of the fence, from 1.</param>
/// <param name="Language">What the fence says; empty for nothing.</param>
/// <param name="Text">What is in it.</param>
/// <param name="Mark">The comment directly before it; null for none.</param>
public sealed record FencedBlock(string Document, int Line, string Language, string Text, string? Mark);
