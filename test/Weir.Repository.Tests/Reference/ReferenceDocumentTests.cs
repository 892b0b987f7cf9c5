using System.Text.RegularExpressions;
using Weir.Cli.Configuration;
using Xunit;

namespace Weir.Repository.Tests.Reference;

/// <summary>The references are what the code says. <c>WEIR_WRITE_DOCS=1</c> writes them anew.</summary>
public partial class ReferenceDocumentTests
{
    [Fact]
    public void The_reference_of_commands_is_that_of_the_code() => Check(CommandReference.Document, CommandReference.Write());

    [Fact]
    public void The_reference_of_configurations_is_that_of_the_code() => Check(ConfigurationReference.Document, ConfigurationReference.Write());

    [Fact]
    public void Every_option_and_command_says_what_it_does() => Offences.None(
        from command in CommandReference.Commands(Cli.CommandLine.Root())
        from offence in (string.IsNullOrWhiteSpace(command.Description) ? [command.Name] : Array.Empty<string>())
            .Concat(command.Options.Where(option => string.IsNullOrWhiteSpace(option.Description)).Select(option => $"{command.Name} {option.Name}"))
            .Concat(command.Arguments.Where(argument => string.IsNullOrWhiteSpace(argument.Description)).Select(argument => $"{command.Name} {argument.Name}"))
        select offence,
        "Without a description.");

    [Fact]
    public void Every_key_says_what_it_decides() => Offences.None(
        from one in ConfigurationReference.Center().Concat(ConfigurationReference.Probe())
        where string.IsNullOrWhiteSpace(one.Meaning) || one.Meaning.EndsWith('.')
        select one.Key,
        "A sentence without a point.");

    /// <summary>Literals of the sources that name a variable which is asked for.</summary>
    [Fact]
    public void Every_variable_that_a_source_reads_is_in_the_reference_and_the_other_way_round()
    {
        var read = Repository.Below("src", ".cs").SelectMany(file => Reading().Matches(Repository.Read(file))).SelectMany(match => Name().Matches(match.Value)).Select(match => match.Groups[1].Value).ToHashSet();
        var constants = Repository.Below("src", ".cs").SelectMany(file => Constant().Matches(Repository.Read(file))).Select(match => match.Groups[1].Value);
        read.UnionWith(constants);
        Assert.True(read.Count > 30);
        var known = EnvironmentVariables.All.Select(one => one.Name).Concat(CommandReference.VariablesOfOptions()).ToHashSet();
        Offences.None(read.Where(name => !known.Contains(name)), "Read, and not in EnvironmentVariables or the description of an option.");
        Offences.None(EnvironmentVariables.All.Select(one => one.Name).Where(name => !read.Contains(name)), "In EnvironmentVariables, and read by nobody.");
    }

    private static void Check(string document, string text)
    {
        if (Environment.GetEnvironmentVariable("WEIR_WRITE_DOCS") == "1") File.WriteAllText(Repository.Absolute(document), text);
        else Assert.Equal(text, Repository.Read(document));
    }

    [GeneratedRegex(@"(?:FromEnvironment|GetEnvironmentVariable|IsSaid|variable|environment)\((?:""[A-Z0-9_]+""(?:, )?)+")]
    private static partial Regex Reading();

    [GeneratedRegex(@"""([A-Z0-9_]+)""")]
    private static partial Regex Name();

    /// <summary>Commands that ask a center have theirs through the settings: the key token.</summary>
    [GeneratedRegex(@"""(WEIR_TOKEN(?:_FILE)?)""")]
    private static partial Regex Constant();
}
