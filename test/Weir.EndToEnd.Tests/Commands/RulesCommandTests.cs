using System.Diagnostics;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary><c>weir rules</c> as a script meets it.</summary>
public sealed class RulesCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-");

    [Fact]
    public async Task Check_shows_what_was_understood_and_advises()
    {
        var (code, output, errors) = await Run("", "rules", "check", "--rules", "/request_header/ remove # cookies\nsample 007");
        Assert.Equal(0, code);
        Assert.Equal("^request_header$ remove\nsample 7\n", output);
        Assert.Contains("request_header:.* matches all", errors, StringComparison.Ordinal);
        Assert.Contains("2 rules", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("# c\n/a{/ remove", "line 2: Invalid regex (/a{/) in rule: /a{/ remove")]
    [InlineData("file://~/missing.txt", "Failed to load rules: ~/missing.txt")]
    public async Task Wrong_rules_end_with_2_and_say_where(string rules, string expected)
    {
        foreach (var command in new[] { "check", "apply" })
        {
            var (code, output, errors) = await Run("", "rules", command, "--rules", rules);
            Assert.Equal(2, code);
            Assert.Empty(output);
            Assert.Contains(expected, errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Rules_come_from_a_file_or_the_environment()
    {
        var file = Path.Combine(_folder.FullName, "rules.txt");
        await File.WriteAllTextAsync(file, "include debug\r\nsample 34\r\n");
        var (code, _, errors) = await Run("", "rules", "check", "--rules", $"file://{file}");
        Assert.Equal(0, code);
        Assert.Contains("3 rules", errors, StringComparison.Ordinal);
        using var child = Child.Start(
            "dotnet", [WeirCommand.Assembly, "rules", "check"], new Dictionary<string, string> { ["USAGE_LOGGERS_RULES"] = "include debug\\nsample 5" });
        Assert.Contains("3 rules", (await child.Finish(TimeSpan.FromMinutes(1))).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_writes_what_would_be_logged_and_counts_what_is_no_message()
    {
        const string Input = """
            [["request_method","GET"],["request_header:cookie","sid=synthetic"],["now",1700000000123]]
            {"no":"message"}
            [["response_code","500"]]

            """;
        var (code, output, errors) = await Run(Input, "rules", "apply", "--rules", "/response_code/ stop_if /5../\ninclude weir_standard");
        Assert.Equal(1, code);
        Assert.Equal("""[["request_method","GET"],["now","1700000000123"]]""" + "\n", output);
        Assert.Contains("1 logged, 1 stopped, 1 invalid", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_prints_differences_and_ends_with_the_counts()
    {
        var file = Path.Combine(_folder.FullName, "vectors.json");
        await File.WriteAllTextAsync(file, """
            [{"kind":"parse","rules":"sample 5","java":{"verb":"sample","scope":null,"param1":"5","param2":null}},
             {"kind":"parse","rules":"sample 5","java":null}, {"kind":"new","rules":"","java":null},
             {"kind":"ruleset","rules":"file:///nowhere/beside.txt","java":{"error":"x"}}]
            """);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "beside.txt"), "nope");
        var (code, output, _) = await Run("", "rules", "test", "--vectors", file);
        Assert.Equal(1, code);
        Assert.EndsWith("\n1 passed, 3 failed\n", output, StringComparison.Ordinal);
        Assert.Contains("2 parse \"sample 5\": failed", output, StringComparison.Ordinal);
        Assert.Contains("kind \"new\" is unknown", output, StringComparison.Ordinal);
        Assert.Contains("Invalid rule: nope", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Test_on_the_reference_s_vectors_fails_none()
    {
        var vectors = Weir.Testing.SharedData.Require("resurface-rules/vectors.json");
        var count = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(vectors)).RootElement.GetArrayLength();
        var (code, output, _) = await Run("", "rules", "test", "--vectors", vectors);
        Assert.Equal(0, code);
        // All of them: none is left out for a file that it names.
        Assert.Equal($"{count} passed, 0 failed\n", output);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    public async Task What_is_no_vector_file_ends_with_2(string content)
    {
        var file = Path.Combine(_folder.FullName, "vectors.json");
        await File.WriteAllTextAsync(file, content);
        Assert.Equal(2, (await Run("", "rules", "test", "--vectors", file)).ExitCode);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<(int ExitCode, string Output, string Errors)> Run(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [WeirCommand.Assembly, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
