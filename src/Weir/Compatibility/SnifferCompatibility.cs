namespace Weir.Cli.Compatibility;

/// <summary>
/// Lets <c>gor --input-raw eth0:80 --output-resurface URL</c> be <c>weir sniff --input-raw eth0:80 --output-resurface URL</c>:
/// turns options of GoReplay and of the network sniffer into Weir's before they are parsed. What cannot be honoured is refused
/// with the reason, or taken with a note; nothing is silently ignored. Options that Weir has under the same name pass through.
/// </summary>
internal static class SnifferCompatibility
{
    /// <param name="args">The command line.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="note">Takes what the user should know.</param>
    /// <exception cref="UsageException">Something is asked for that Weir does not do.</exception>
    public static string[] Rewrite(string[] args, Func<string, string?> environment, Action<string> note)
    {
        if (args.Length == 0 || args[0] != "sniff") return args;
        var line = new RewrittenLine(note, environment("KUBERNETES_SERVICE_HOST") is { Length: > 0 });
        Read(args.AsSpan(1), line);
        SnifferEnvironment.Apply(environment, line, note, text => Read(text, line));
        return ["sniff", .. line.ToArguments()];
    }

    private static void Read(ReadOnlySpan<string> args, RewrittenLine line)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (Name(args[i], out var inline) is not { } name || !GorOptions.All.TryGetValue(name, out var option))
            {
                line.Pass(args[i]);
                continue;
            }

            string? value = inline;
            if (option.TakesValue && value is null)
            {
                if (i + 1 == args.Length) throw new UsageException($"--{name} needs a value");
                value = args[++i];
            }

            // Go's flags: --name, --name=true and --name=false.
            if (!option.TakesValue && value is "false" or "0") continue;
            option.Apply(line, value ?? "");
        }
    }

    /// <summary>The name of a long option, with one dash or two as Go takes it; null when it is none.</summary>
    private static string? Name(string argument, out string? value)
    {
        value = null;
        if (!argument.StartsWith("--", StringComparison.Ordinal) && !argument.StartsWith("-input-", StringComparison.Ordinal)
            && !argument.StartsWith("-output-", StringComparison.Ordinal)) return null;
        var name = argument.TrimStart('-');
        var equals = name.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) return name;
        value = name[(equals + 1)..];
        return name[..equals];
    }
}
