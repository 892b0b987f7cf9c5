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

    // An interrupted command ends when everything pending is written (Interruption); the library's own handler cuts that off after a timeout.
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
