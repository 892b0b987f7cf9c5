using System.CommandLine;
using Weir.Capture;
using Weir.Cli;
using Weir.Cli.Commands;
using Weir.Cli.Compatibility;
using Weir.Storage;

StandardStreams.GuardError();
var root = new RootCommand("Weir shows what your services say to each other: every API call, from real packets.")
{
    UpCommand.Create(),
    ProbeCommand.Create(),
    CenterCommand.Create(),
    SniffCommand.Create(),
    FlowsCommand.Create(),
    ReplayCommand.Create(),
    EndpointsCommand.Create(),
    SetupCommand.Create(),
    OpenApiCommand.Create(),
    DiffCommand.Create(),
    TrainCommand.Create(),
    DetectCommand.Create(),
    RulesCommand.Create(),
    RevealCommand.Create(),
    SmellsCommand.Create(),
    ScanCommand.Create(),
    ExportCommand.Create(),
    McpCommand.Create(),
    BackupCommand.CreateBackup(),
    BackupCommand.CreateRestore(),
    DoctorCommand.Create(),
};

try
{
    var parsed = root.Parse(SnifferCompatibility.Rewrite(args, Environment.GetEnvironmentVariable, note => Console.Error.WriteLine($"weir: {note}")));
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
