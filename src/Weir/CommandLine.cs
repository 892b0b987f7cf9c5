using System.CommandLine;
using Weir.Cli.Commands;

namespace Weir.Cli;

/// <summary>Every command with its options, as <c>weir --help</c> lists them. docs/reference/cli.md is made of it.</summary>
internal static class CommandLine
{
    public static RootCommand Root() => new("Weir shows what your services say to each other: every API call, from real packets.")
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
        PacketsCommand.Create(),
        McpCommand.Create(),
        BackupCommand.CreateBackup(),
        BackupCommand.CreateRestore(),
        DoctorCommand.Create(),
    };
}
