using System.CommandLine;
using Weir.Privacy.Rules;

namespace Weir.Cli.Commands;

/// <summary><c>weir rules</c>: try logging rules before they decide what is logged.</summary>
internal static class RulesCommand
{
    private const string Help = """
        Check and try logging rules, which decide what of a call is logged.

        Examples:
          weir rules check --rules 'include weir'
          weir rules check --rules file:///etc/weir/rules.txt
          weir rules apply --rules 'include weir_strict' < messages.ndjson
          weir rules test --vectors vectors.json
        """;

    public static Command Create() => new("rules", Help) { Check(), Apply(), Test() };

    private static Command Check()
    {
        var options = new RuleOptions();
        var command = new Command("check", "Say what the rules are, or what is wrong with them and where.") { options.Rules };
        command.SetAction(parsed => RulesCheck.Run(RuleOptions.Parse(Required(options, parsed))));
        return command;
    }

    private static Command Apply()
    {
        var options = new RuleOptions();
        var seed = new Option<int?>("--seed") { Description = "Start of the random numbers for sample, to have the same ones again", HelpName = "N" };
        var command = new Command("apply", "Read messages (JSON lines) from standard input and write what would be logged.") { options.Rules, seed };
        command.SetAction(parsed => RulesApply.Run(RuleOptions.Parse(Required(options, parsed)), parsed.GetValue(seed)));
        return command;
    }

    private static Command Test()
    {
        var vectors = new Option<string>("--vectors") { Description = "File of conformance vectors", HelpName = "FILE", Required = true };
        var command = new Command("test", "Run a file of conformance vectors, print each difference and the counts.") { vectors };
        command.SetAction(parsed => RulesTest.Run(parsed.GetValue(vectors)!));
        return command;
    }

    private static string Required(RuleOptions options, ParseResult parsed) =>
        options.Text(parsed) ?? throw new UsageException("give rules with --rules, or in USAGE_LOGGERS_RULES");
}
