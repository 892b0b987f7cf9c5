namespace Weir.Cli;

/// <summary>What the user should know and is no result: a line on standard error.</summary>
internal static class Notice
{
    public static void Tell(string text) => Console.Error.WriteLine($"weir: {text}");
}
