using Weir.EndToEnd.Tests.Support;
using Weir.Export.Apisec;
using YamlDotNet.RepresentationModel;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary>weir setup, asked and not asked.</summary>
public sealed class SetupCommandTests : IDisposable
{
    private const string Token = "synthetic-token-9f8e7d6c5b4a";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-setup-");

    [Fact]
    public async Task Without_questions_it_writes_what_the_options_say_and_keeps_the_token_apart()
    {
        using var child = WeirCommand.Start(
            new Dictionary<string, string> { ["APISEC_TOKEN"] = Token }, "setup", "--non-interactive", "--secret", "--empty-spec", "-d", _folder.FullName,
            "--map", "example-api=0198-a/0198-b", "--map", "shop/orders=0198-c/0198-d");
        var (code, output, errors) = await child.Finish(Limit);
        Assert.True(code == 0, errors);
        Assert.DoesNotContain(Token, output + errors + Text("configmap.yaml"), StringComparison.Ordinal);
        var map = Yaml("configmap.yaml");
        Assert.Equal(("traffic-monitor-config", "kube-system"), (map["metadata"]["name"].ToString(), map["metadata"]["namespace"].ToString()));
        Assert.True(ApisecConfiguration.TryParse(System.Text.Encoding.UTF8.GetBytes(map["data"]["service_config.json"].ToString()), out var configuration, out _));
        Assert.Null(configuration.ApiKey);
        Assert.Equal(new ApisecTarget("0198-c", "0198-d"), configuration.Mappings["shop/orders"]);
        Assert.Equal(Token, System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(Yaml("secret.yaml")["data"]["token"].ToString())));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder.FullName, "secret.yaml")));
        Assert.Equal(await File.ReadAllTextAsync(Testing.RepositoryRoot.Combine("deploy/apisec/EmptySpec.yaml")), Text("EmptySpec.yaml"));
        Assert.Equal("3.0.3", Yaml("EmptySpec.yaml")["openapi"].ToString());
    }

    [Fact]
    public async Task The_wizard_asks_for_services_until_none_is_named_and_never_shows_the_token()
    {
        var (code, output) = await Answer(Token, "example-api", "0198-a", "0198-b", "bad name!", "order-service", "0198-c", "0198-d", "", "n", "n", "y");
        Assert.Equal(0, code);
        Assert.DoesNotContain(Token, output, StringComparison.Ordinal);
        Assert.Contains($"given ({Token.Length} characters)", output, StringComparison.Ordinal);
        Assert.Contains("order-service: application 0198-c, instance 0198-d", output, StringComparison.Ordinal);
        Assert.Contains("kubectl -n kube-system create secret generic traffic-monitor-apisec", output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "secret.yaml")));
        Assert.DoesNotContain(Token, Text("configmap.yaml"), StringComparison.Ordinal);
        Assert.Contains("order-service", Text("configmap.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_no_or_the_end_of_the_answers_writes_nothing()
    {
        Assert.Equal(1, (await Answer(Token, "", "n", "n", "n")).Code);
        Assert.Equal(1, (await Answer(Token, "example-api", "0198-a")).Code);
        Assert.Empty(_folder.GetFiles());
    }

    [SkippableFact]
    public async Task At_a_terminal_the_token_is_not_shown_even_when_it_is_typed_the_moment_it_is_asked_for()
    {
        var (code, shown) = await AtTerminal(
            [["API token", $"{Token}x\u007f\r"], ["service name", "example-api\r"], ["application id", "0198-a\r"], ["instance id", "0198-b\r"], ["service name", "\r"], ["mapping?", "n\r"], ["manifest", "y\r"], ["files?", "y\r"]]);
        Assert.True(code == 0, shown);
        Assert.DoesNotContain(Token[..6], shown, StringComparison.Ordinal);
        Assert.Contains("example-api", shown, StringComparison.Ordinal);
        Assert.Contains($"given ({Token.Length} characters)", shown, StringComparison.Ordinal);
        Assert.Equal(Token, System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(Yaml("secret.yaml")["data"]["token"].ToString())));
        Assert.DoesNotContain(Token, Text("configmap.yaml"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Ctrl_C_while_the_token_is_typed_ends_it_and_writes_nothing()
    {
        var (code, shown) = await AtTerminal([["API token", $"{Token}\u0003"]]);
        Assert.NotEqual(0, code);
        Assert.NotEqual(99, code);
        Assert.DoesNotContain(Token[..6], shown, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    [Theory]
    [InlineData("--map", "orders")]
    [InlineData("--map", "orders=a b/c")]
    [InlineData("--api-url", "http://api.example")]
    [InlineData("--secret", "--yes")]
    [InlineData("--token-file", "/no/such/token")]
    public async Task A_mistake_ends_with_2_and_writes_nothing(params string[] arguments)
    {
        using var child = WeirCommand.Start(["setup", "--non-interactive", "-d", _folder.FullName, .. arguments]);
        Assert.Equal(2, (await child.Finish(Limit)).ExitCode);
        Assert.Empty(_folder.GetFiles());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<(int Code, string Output)> Answer(params string[] answers)
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllLinesAsync(file, answers);
        try
        {
            using var child = Child.Start("sh", "-c", "exec dotnet \"$0\" setup -d \"$1\" < \"$2\" 2>&1", WeirCommand.Assembly, _folder.FullName, file);
            var (code, output, _) = await child.Finish(Limit);
            return (code, output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<(int Code, string Shown)> AtTerminal(string[][] steps)
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Child.Exists("python3"), "needs python3, which has pseudo-terminals");
        var script = Testing.RepositoryRoot.Combine("test/Weir.EndToEnd.Tests/Commands/terminal.py");
        using var child = Child.Start("python3", [script, System.Text.Json.JsonSerializer.Serialize(steps), "dotnet", WeirCommand.Assembly, "setup", "-d", _folder.FullName], new Dictionary<string, string> { ["TERM"] = "xterm" });
        var (code, shown, errors) = await child.Finish(TimeSpan.FromMinutes(2));
        return (code, shown + errors);
    }

    private string Text(string name) => File.ReadAllText(Path.Combine(_folder.FullName, name));

    private YamlNode Yaml(string name)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Text(name)));
        return yaml.Documents[0].RootNode;
    }
}
