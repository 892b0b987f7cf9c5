using System.CommandLine;
using Weir.Cli.Doctor;
using Weir.Export;

namespace Weir.Cli.Commands;

/// <summary><c>weir doctor</c>: what this host allows, found by trying it, and what to do about a no.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Write the answers as JSON" };
        var data = new Option<string?>("--data") { Description = "Where calls would be stored (default as of weir up)", HelpName = "DIR" };
        var identity = new IdentityOptions();
        var command = new Command("doctor", "Say what this host allows: each way to capture, tried, and what to do about a no. Exit code 1 when something needed is missing.") { json, data, identity.Kubeconfig, identity.Context };
        command.SetAction(parsed => Run(parsed.GetValue(json), new DoctorContext(
            UpCommand.DataDirectory(parsed.GetValue(data), demo: false), parsed.GetValue(identity.Kubeconfig), parsed.GetValue(identity.Context))));
        return command;
    }

    private static int Run(bool json, DoctorContext context)
    {
        var report = new DoctorReport([.. DoctorChecks.All.SelectMany(check => check.Examine(context))]);
        if (json)
        {
            using var output = StandardOutput.Open();
            report.WriteJson(output);
        }
        else
        {
            report.WriteText(Console.Out);
        }

        return report.IsHealthy ? ExitCode.Done : ExitCode.Failed;
    }
}
