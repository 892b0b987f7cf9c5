using System.CommandLine;
using Weir.Capture;
using Weir.Cli;
using Weir.Cli.Compatibility;
using Weir.Storage;

StandardStreams.GuardError();

try
{
    var parsed = CommandLine.Root().Parse(SnifferCompatibility.Rewrite(args, Environment.GetEnvironmentVariable, note => Console.Error.WriteLine($"weir: {note}")));
    if (parsed.Errors.Count > 0)
    {
        foreach (var error in parsed.Errors) Console.Error.WriteLine($"weir: {error.Message}");
        Console.Error.WriteLine("Try 'weir --help'.");
        return ExitCode.Usage;
    }

    // Commands stop by themselves (Interruption) and take the time that needs: the library would end the process two seconds after a signal.
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (UsageException e)
{
    Console.Error.WriteLine($"weir: {e.Message}");
    return ExitCode.Usage;
}
catch (Exception e) when (e is CaptureException or StoreException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"weir: {e.Message}");
    return ExitCode.Failed;
}
