using System.CommandLine;
using Weir.Privacy.Redaction;

namespace Weir.Cli.Commands;

/// <summary><c>weir reveal</c>: the classes of sensitive data, and what <c>--reveal</c> of each would expose.</summary>
internal static class RevealCommand
{
    public static Command Create()
    {
        var command = new Command("reveal", "List the classes of sensitive data and what --reveal of each exposes");
        command.SetAction(_ =>
        {
            Console.Out.Write(RedactionOptions.RevealHelp());
            return ExitCode.Done;
        });
        return command;
    }
}
