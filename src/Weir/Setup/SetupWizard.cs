using System.Text;
using Weir.Export.Apisec;

namespace Weir.Cli.Setup;

/// <summary>Asks what setup needs to know. A token that is typed is not shown, neither while it is typed nor later.</summary>
/// <param name="input">Answers.</param>
/// <param name="output">Questions.</param>
/// <param name="secret">Asks this, and reads a line that is not shown.</param>
internal sealed class SetupWizard(TextReader input, TextWriter output, Func<string, string?> secret)
{
    /// <param name="given">What the command line said already.</param>
    /// <returns>Null when the person said no, or the input ended.</returns>
    public SetupPlan? Run(SetupPlan given)
    {
        output.WriteLine("Endpoints that traffic shows will be told to the APISec platform. An empty answer ends a list or takes what is in brackets.");
        var token = given.Token ?? Token();
        var mappings = new Dictionary<string, ApisecTarget>(given.Configuration.Mappings, StringComparer.OrdinalIgnoreCase);
        while (Name("Kubernetes service name (empty when done): ") is { Length: > 0 } service)
        {
            var (app, instance) = (Name($"  application id of {service}: "), Name($"  instance id of {service}: "));
            if (app is null || instance is null) return null;
            if (app.Length == 0 || instance.Length == 0) output.WriteLine($"  {service} is left out: both ids are needed");
            else mappings[service] = new ApisecTarget(app, instance);
        }

        var onboard = given.Configuration.AutoOnboardNewServices || Yes("Make applications for services without a mapping? (y/n) [n] ") == true;
        var writeSecret = given.WriteSecret || (token is not null && Yes("Write the token into a Secret manifest, readable by you alone? (y/n) [n] ") == true);
        var plan = new SetupPlan(given.Configuration with { Mappings = mappings, AutoOnboardNewServices = onboard }, token, writeSecret);
        output.WriteLine();
        foreach (var line in plan.Summary()) output.WriteLine(line);
        return Yes("Write these files? (y/n) ") == true ? plan : null;
    }

    /// <summary>A line of the terminal that nobody sees.</summary>
    public static string? ReadHidden(string question)
    {
        if (Console.IsInputRedirected)
        {
            Console.Out.Write(question);
            return Console.In.ReadLine();
        }

        // Looking for a key switches the terminal's echo off, and it stays off: keys typed the moment the question is there are not shown.
        _ = Console.KeyAvailable;
        Console.Out.Write(question);
        Console.Out.Flush();
        var text = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter) break;
            if (key.Key == ConsoleKey.Backspace) text.Length = Math.Max(0, text.Length - 1);
            else if (!char.IsControl(key.KeyChar)) text.Append(key.KeyChar);
        }

        Console.Out.WriteLine();
        return text.ToString();
    }

    private string? Token() => secret("APISec API token (not shown; empty to add it later): ")?.Trim() is { Length: > 0 } token ? token : null;

    /// <summary>A name, asked for until it is one; null at the end of the input.</summary>
    private string? Name(string question)
    {
        while (true)
        {
            if (Ask(question) is not { } answer) return null;
            if (answer.Length == 0 || SetupFiles.IsName(answer)) return answer;
            output.WriteLine("  letters, digits and . - _ / : only");
        }
    }

    private bool? Yes(string question) => Ask(question) is { } answer ? answer is ['y' or 'Y', ..] : null;

    private string? Ask(string question)
    {
        output.Write(question);
        output.Flush();
        return input.ReadLine()?.Trim();
    }
}
