using System.CommandLine;
using Weir.Cli.Commands;
using Weir.Cli.Values;

namespace Weir.Cli.Roles;

/// <summary>The options of both roles.</summary>
internal sealed class RoleOptions
{
    public Option<string?> Config { get; } = new("--config", "-c")
    {
        Description = "Configuration file (YAML); environment variables WEIR_… go before it",
        HelpName = "FILE",
    };

    public Option<bool> Check { get; } = new("--check") { Description = "Read the configuration, say what is wrong with it, and end" };

    public Option<TimeSpan?> For { get; } = new("--for")
    {
        Description = "Stop after a time such as 30s or 5m",
        HelpName = "DURATION",
        CustomParser = result => SniffOptions.Parse<TimeSpan>(result, Duration.TryParse, "a time such as 30s or 5m", default),
    };

    public MetricsOption Metrics { get; } = new();

    public Command AddTo(Command command)
    {
        foreach (var option in (Option[])[Config, Check, For, .. Metrics.All]) command.Options.Add(option);
        return command;
    }
}
