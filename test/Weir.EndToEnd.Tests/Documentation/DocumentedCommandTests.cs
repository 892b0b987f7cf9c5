using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using Weir.Testing.Documentation;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Documentation;

/// <summary>
/// Types what the documentation and <c>--help</c> say, page by page and in their order, on a machine of its own. What cannot be run has a mark
/// with the reason before its block; whatever else a page shows is run, so that a new example is tested by being written.
/// </summary>
public sealed class DocumentedCommandTests(ReaderMachine machine, ITestOutputHelper log) : IClassFixture<ReaderMachine>
{
    /// <summary>Examples of <c>--help</c>, which has no room for marks.</summary>
    private static readonly Dictionary<string, string> s_notRunOfHelp = new(StringComparer.Ordinal)
    {
        ["weir center --store clickhouse:http://ch:8123/weir"] = "needs a ClickHouse server; SharedStoreTests and StoreCommandTests run one",
        ["weir export -o pcap:calls.pcapng -n 1000 --store clickhouse:http://ch:8123/weir"] = "needs a ClickHouse server; StoreCommandTests runs one",
        ["weir setup"] = "asks at a terminal; SetupCommandTests answers",
        ["weir setup --empty-spec"] = "asks at a terminal; SetupCommandTests answers",
    };

    /// <summary>Commands whose exit code 1 is an answer: something was found.</summary>
    private static readonly string[] s_mayFind = ["weir smells", "weir diff", "weir doctor", "weir scan", "weir detect", "weir endpoints --findings"];

    [SkippableFact]
    public async Task Every_command_of_the_documentation_and_of_the_help_does_what_it_says()
    {
        Skip.If(ReaderMachine.Missing is not null, $"this needs {ReaderMachine.Missing}");
        var pages = Documents.Pages.Select(page => (Page: page, Commands: Documents.Commands(page).ToList())).Where(one => one.Commands.Exists(command => command.NotRun is null)).ToList();
        Assert.True(pages.Count > 15);
        foreach (var command in Documents.SubcommandsWithExamples) pages.Add(($"weir {command} --help", []));
        var (failures, left) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        await Parallel.ForEachAsync(pages, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (one, _) =>
        {
            var began = Stopwatch.StartNew();
            var commands = one.Commands.Count > 0 ? one.Commands : await HelpCommands(one.Page);
            await RunPage(one.Page, commands, failures, left);
            lock (log) log.WriteLine($"{one.Page}: {commands.Count} commands, {began.Elapsed.TotalSeconds:0.0} s");
        });
        Assert.True(failures.IsEmpty, string.Join('\n', failures));
        Skip.If(!left.IsEmpty, string.Join("; ", left));
    }

    [SkippableFact]
    public async Task Every_configuration_that_a_page_shows_is_right()
    {
        Skip.If(ReaderMachine.Missing is not null, $"this needs {ReaderMachine.Missing}");
        var folder = await machine.Copy("configurations");
        var script = new StringBuilder("unset WEIR_ADMIN_PASSWORD\n");
        var blocks = Documents.Pages.SelectMany(Documents.Configurations).ToList();
        Assert.True(blocks.Count > 8);
        for (var i = 0; i < blocks.Count; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "work", $"block-{i}.yaml"), blocks[i].Text);
            var role = blocks[i].Text.Split('\n').Any(line => line.StartsWith("centers:", StringComparison.Ordinal)) ? "probe" : "center";
            script.Append(CultureInfo.InvariantCulture, $"weir {role} --check -c block-{i}.yaml 2>{folder}/err.{i}; echo $? >{folder}/code.{i}\n");
        }

        var failures = await Failures(folder, script.ToString(), blocks.Count, (i, code) => code != 0, i => $"{blocks[i].Document}:{blocks[i].Line}");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static async Task<List<DocumentedCommand>> HelpCommands(string page)
    {
        var help = await WeirCommand.Output(page.Split(' ')[1..]);
        var examples = HelpExamples.Read(page, help).Select(one => one with { NotRun = s_notRunOfHelp.GetValueOrDefault(one.Text) }).ToList();
        Assert.NotEmpty(examples);
        return examples;
    }

    private async Task RunPage(string page, IReadOnlyList<DocumentedCommand> commands, ConcurrentBag<string> failures, ConcurrentBag<string> left)
    {
        foreach (var one in commands.Where(one => one.NotRun is null && Lacking(one) is not null)) left.Add($"{one.Text}: {Lacking(one)}");
        var run = commands.Where(one => one.NotRun is null && Lacking(one) is null).ToList();
        var folder = await machine.Copy(string.Concat(page.Select(c => char.IsLetterOrDigit(c) ? c : '-')));
        var script = new StringBuilder("set -o pipefail\n");
        if (run.Exists(one => !one.Text.StartsWith("weir center", StringComparison.Ordinal) && (one.Text.Contains(":7373", StringComparison.Ordinal) || one.Text.Contains("https://weir.example", StringComparison.Ordinal)))) script.Append(Center);
        if (page == "weir restore --help") script.Append("mkdir -p /var/backups/weir && cp -a \"$LAB\"/backup/weir-* /var/backups/weir/ && cp \"$LAB/calls.db\" .\n");
        for (var i = 0; i < run.Count; i++)
        {
            // Examples of a help text are alternatives, and this one is for a machine without a store.
            if (page == "weir restore --help") script.Append("rm -rf ~/.local/share/weir\n");
            script.Append(CultureInfo.InvariantCulture, $"{{ {run[i].Text}\n}} </dev/null >{folder}/out.{i} 2>{folder}/err.{i}; echo $? >{folder}/code.{i}\n");
        }

        var found = await Failures(folder, script.ToString(), run.Count, (i, code) => code != 0 && (code != 1 || !s_mayFind.Any(one => run[i].Text.Contains(one[4..], StringComparison.Ordinal))), i => run[i].ToString());
        foreach (var failure in found) failures.Add(failure);
    }

    /// <summary>A center with the store's calls and the cluster, and its token where examples have theirs.</summary>
    private const string Center = """
        echo '{"data": "/var/lib/weir", "cluster": {"enabled": true, "kubeconfig": "/etc/weir/kubeconfig"}}' >/etc/weir/center-of-test.yaml
        WEIR_STAYS=yes weir center -c /etc/weir/center-of-test.yaml >"$LAB/center.log" 2>&1 &
        until curl -s -o "$LAB/answer" http://127.0.0.1:7373/healthz; do kill -0 $! || { cat "$LAB/center.log" >&2; exit 1; }; sleep 0.1; done
        TOKEN=$(curl -s -d username=admin --data-urlencode "password=$WEIR_ADMIN_PASSWORD" http://127.0.0.1:7373/api/login | jq -r .access_token)
        export TOKEN ADMIN=$TOKEN WEIR_TOKEN_FILE=$PWD/token
        printf '%s' "$TOKEN" >token
        printf '%s' "$TOKEN" >~/.config/weir/token

        """;

    private async Task<List<string>> Failures(string folder, string script, int count, Func<int, int, bool> failed, Func<int, string> name)
    {
        var path = Path.Combine(folder, "page.sh");
        await File.WriteAllTextAsync(path, script);
        var (_, output, errors) = await machine.Run(folder, path);
        var failures = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var code = Path.Combine(folder, $"code.{i}");
            var said = Text($"err.{i}");
            if (!File.Exists(code)) failures.Add($"{name(i)}: was not come to: {output}{errors}");
            else if (failed(i, int.Parse(await File.ReadAllTextAsync(code), CultureInfo.InvariantCulture)) || said.Contains("Unhandled exception", StringComparison.Ordinal))
                failures.Add($"{name(i)}: ended with {Text($"code.{i}").Trim()}: {said}{Text($"out.{i}")}");
        }

        return failures;

        string Text(string file) => File.Exists(Path.Combine(folder, file)) ? File.ReadAllText(Path.Combine(folder, file)) : "";
    }

    /// <summary>What a command needs that this host has not; null for nothing.</summary>
    private string? Lacking(DocumentedCommand command)
    {
        if (!machine.HasEbpf && (command.Text.Contains("--source ebpf", StringComparison.Ordinal) || command.Text.Contains("ring+ebpf", StringComparison.Ordinal))) return "this kernel takes no programs at sockets";
        if (command.Text.Contains("--demo", StringComparison.Ordinal) && !File.Exists(RepositoryRoot.Combine("examples/order-service/bin/Release/net10.0/order-service.dll"))) return "the example services are not built in Release";
        return ShellWords.Commands(command.Text).Select(words => words[0]).Where(Documents.IsProgram)
            .FirstOrDefault(word => !Child.Exists(word) && !(word == "helm" && File.Exists(RepositoryRoot.Combine("artifacts/tools/helm")))) is { } missing ? $"{missing} is not installed" : null;
    }
}
