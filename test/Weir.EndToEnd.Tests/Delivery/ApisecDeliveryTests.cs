using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Export.Tests.Apisec;
using Weir.Testing.Corpus;

namespace Weir.EndToEnd.Tests.Delivery;

/// <summary>The built command with the variables and the configuration of the old traffic monitor, and a strict stand-in for the platform.</summary>
public sealed class ApisecDeliveryTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-apisec-");
    private readonly StandIn _platform = new();

    private string Configuration => Path.Combine(_folder.FullName, "service_config.json");

    [Fact]
    public async Task The_old_configuration_and_variables_deliver_and_write_the_events()
    {
        _platform.AddInstance();
        Configure();
        var environment = Variables();
        environment["OUTPUT_FILE"] = Path.Combine(_folder.FullName, "endpoints.json");
        environment["NODE_NAME"] = "node-7";
        using var child = WeirCommand.Start(environment, "sniff", "-r", CorpusFolder.Input("http1/keep-alive-json"), "-o", "apisec", "--endpoint-capture-lines");
        var (code, output, errors) = await child.Finish(Limit);
        Assert.True(code == 0, errors);
        Assert.Empty(_platform.Violations);
        Assert.Equal(["GET /orders/{order_id}", "POST /orders"], _platform.EndpointsOf());
        Assert.Contains("apisec: integration is on", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(StandIn.Token, errors + output, StringComparison.Ordinal);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.StartsWith("ENDPOINT_CAPTURE: {", line, StringComparison.Ordinal));
        Assert.Equal(lines.Select(line => line["ENDPOINT_CAPTURE: ".Length..]), await File.ReadAllLinesAsync(environment["OUTPUT_FILE"]));

        var file = Path.Combine(_folder.FullName, "captured-endpoints.json");
        foreach (var (count, option) in ((int, string)[])[(lines.Length, "--new-only"), (0, "--new-only"), (lines.Length, "--include-health-checks")])
        {
            await WeirCommand.Output("endpoints", "-r", environment["OUTPUT_FILE"], "--format", "captured", "-o", file, option);
            using var document = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            Assert.Equal(count, document.RootElement.GetProperty("endpoints").GetArrayLength());
            Assert.Equal("node-7", Node(document, count));
        }
    }

    [Fact]
    public async Task What_a_killed_command_had_on_disk_is_sent_by_the_next()
    {
        _platform.AddInstance();
        Configure();
        _platform.Rule = static (_, _) => Mood.Fail;
        using (var first = WeirCommand.Start(Variables(), "sniff", "-r", CorpusFolder.Input("http1/keep-alive-json"), "-o", "apisec"))
        {
            await first.WaitForError("endpoints wait in", Limit);
            first.Signal("KILL");
            await first.Finish(Limit);
        }

        Assert.Empty(_platform.EndpointsOf());
        _platform.Rule = null;
        // A capture of nothing: what arrives was on disk.
        using var second = WeirCommand.Start(Variables(), "sniff", "-r", CorpusFolder.Input("http1/keep-alive-json"), "-p", "9", "-o", "apisec");
        var (code, _, errors) = await second.Finish(Limit);
        Assert.True(code == 0, errors);
        Assert.NotEmpty(_platform.EndpointsOf());
        Assert.Empty(_platform.Violations);
    }

    [Fact]
    public async Task It_can_be_switched_off_and_a_configuration_that_is_named_must_be_there()
    {
        Configure();
        var off = Variables();
        off["ENABLE_APISEC_INTEGRATION"] = "false";
        using (var child = WeirCommand.Start(off, "sniff", "-r", CorpusFolder.Input("http1/keep-alive-json"), "-o", "apisec"))
        {
            var (code, _, errors) = await child.Finish(Limit);
            Assert.True(code == 0, errors);
            Assert.Contains("ENABLE_APISEC_INTEGRATION is false", errors, StringComparison.Ordinal);
        }

        Assert.Empty(_platform.Journal);
        using var missing = WeirCommand.Start("sniff", "-r", CorpusFolder.Input("http1/keep-alive-json"), "-o", "apisec:/no/such.json");
        var (refused, _, said) = await missing.Finish(Limit);
        Assert.Equal(2, refused);
        Assert.Contains("weir setup", said, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _platform.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string? Node(JsonDocument document, int count) =>
        // Of no events nobody knows the node.
        count == 0 ? "node-7" : document.RootElement.GetProperty("metadata").GetProperty("node").GetString();

    private void Configure() => File.WriteAllText(
        Configuration,
        $$"""{"apiKey":"synthetic-key-of-the-file","autoOnboardNewServices":false,"apisecUrl":"{{_platform.Url}}","serviceMappings":{"orders":{"appId":"app-1","instanceId":"inst-1"} } }""");

    private Dictionary<string, string> Variables() => new()
    {
        ["SERVICE_CONFIG_PATH"] = Configuration,
        ["ENABLE_APISEC_INTEGRATION"] = "true",
        ["CLEAR_SAVED_MAPPINGS"] = "true",
        ["APISEC_TOKEN"] = StandIn.Token,
        ["WEIR_SPOOL"] = Path.Combine(_folder.FullName, "spool"),
    };
}
