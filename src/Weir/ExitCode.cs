namespace Weir.Cli;

/// <summary>What the command tells its caller.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>It could not be done, or findings reached the asked severity.</summary>
    public const int Failed = 1;

    /// <summary>Bad usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl-C or SIGTERM, after everything pending was written.</summary>
    public const int Interrupted = 130;

    /// <summary>Each with its meaning, for the reference.</summary>
    internal static IReadOnlyList<(int Code, string Meaning)> Meanings { get; } =
    [
        (Done, "Done"),
        (Failed, "It could not be done, or something was found: findings as bad as `--fail-on` or `--min-severity`, drift, a damaged capture, a check of `weir doctor`"),
        (Usage, "Bad usage or configuration; standard error says what to do"),
        (Interrupted, "Stopped by Ctrl-C or SIGTERM, after everything pending was written"),
    ];
}

/// <summary>A mistake of the user, told in one line that says what to do; ends the command with <see cref="ExitCode.Usage"/>.</summary>
public sealed class UsageException(string message) : Exception(message);
