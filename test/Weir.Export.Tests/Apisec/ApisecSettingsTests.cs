using Weir.Export.Apisec;
using Xunit;
using static Weir.Export.Tests.Apisec.ApisecCase;

namespace Weir.Export.Tests.Apisec;

/// <summary>The configuration of the old tool, as it is and while it changes; onboarding.</summary>
public sealed class ApisecSettingsTests : IDisposable
{
    private readonly ApisecCase _case = new();

    private StandIn Platform => _case.Platform;

    [Fact]
    public void The_key_in_the_configuration_is_used_with_a_loud_warning_and_never_shown()
    {
        Platform.AddInstance();
        _case.Configure("\"orders\":{\"appId\":\"app-1\",\"instanceId\":\"inst-1\"}", key: StandIn.Token);
        using (var output = _case.Open(o => o with { Token = null })) Send(output, Call("GET", "/a"));
        Assert.Single(Platform.EndpointsOf());
        Assert.True(_case.Says("WARNING"));
        Assert.True(_case.Says($"a token of {StandIn.Token.Length} characters"));
        Assert.False(_case.Says(StandIn.Token));
    }

    [Fact]
    public void The_token_from_the_environment_comes_before_the_one_in_the_configuration()
    {
        Platform.AddInstance();
        _case.Configure("\"orders\":{\"appId\":\"app-1\",\"instanceId\":\"inst-1\"}", key: "an-old-key-that-was-revoked");
        using (var output = _case.Open()) Send(output, Call("GET", "/a"));
        Assert.Single(Platform.EndpointsOf());
    }

    [Fact]
    public void A_mapping_that_is_added_later_brings_what_was_seen_before_it()
    {
        Platform.AddInstance();
        _case.Configure("");
        using var output = _case.Open();
        for (var i = 0; i < 5; i++) Send(output, Call("GET", "/a"), Call("POST", "/b", "{}"));
        Assert.True(_case.Says("no mapping found for service orders"));
        lock (_case.Told) Assert.Equal(1, _case.Told.Count(text => text.Contains("no mapping found", StringComparison.Ordinal)));
        _case.Configure("\"orders\":{\"appId\":\"app-1\",\"instanceId\":\"inst-1\"}");
        Assert.True(Until(() => output.Added == 2));
        Assert.Equal(["GET /a", "POST /b"], Platform.EndpointsOf());
    }

    [Fact]
    public void A_configuration_that_breaks_leaves_what_held_before()
    {
        Platform.AddInstance();
        using var output = _case.Open();
        File.WriteAllText(_case.ConfigurationPath, "{ \"apiKey\": ");
        Assert.True(Until(() => _case.Says("what was configured before goes on")));
        Send(output, Call("GET", "/a"));
        Assert.True(Until(() => output.Added == 1));
    }

    [Fact]
    public void Without_a_configuration_the_defaults_hold_and_nothing_is_sent()
    {
        File.Delete(_case.ConfigurationPath);
        using var output = _case.Open(o => o with { Token = null });
        Send(output, Call("GET", "/a"));
        Assert.True(Until(() => _case.Says("there is no API token")));
        output.Dispose();
        Assert.True(_case.Says("the defaults hold"));
        Assert.Equal(1, Count(output.Ignored(), "apisec_unmapped"));
    }

    [Theory]
    [InlineData("shop/orders", "orders.shop.svc.cluster.local")]
    [InlineData("orders.shop", "orders.shop.svc")]
    [InlineData("orders", "orders.shop:8080")]
    [InlineData("ORDERS", "orders")]
    [InlineData("10.0.0.9", "10.0.0.9:8080")]
    public void A_mapping_can_name_the_service_with_its_namespace_or_alone(string mapping, string host)
    {
        Platform.AddInstance();
        _case.Configure($"\"other/orders\":{{\"appId\":\"app-1\",\"instanceId\":\"wrong\"}},\"{mapping}\":{{\"appId\":\"app-1\",\"instanceId\":\"inst-1\"}}");
        using (var output = _case.Open()) Send(output, Call("GET", "/a", host: host));
        Assert.Equal(["GET /a"], Platform.EndpointsOf());
    }

    [Theory]
    [InlineData(Mood.Answer)]
    [InlineData(Mood.Lose)]
    [InlineData(Mood.LoseWith500)]
    [InlineData(Mood.Garble)]
    [InlineData(Mood.Throttle)]
    public void A_new_service_gets_an_application_and_an_instance_once_and_the_mapping_is_kept(Mood creation)
    {
        Platform.AddInstance("first", "app-a", "inst-a");
        Platform.AddInstance("second", "app-b", "inst-b");
        Platform.AddInstance("third", "app-c", "inst-c");
        _case.Configure("", onboard: true);
        // The application, and then the instance: each goes wrong once.
        Platform.Plan(Mood.Answer, Mood.Answer, creation, Mood.Answer, Mood.Answer, Mood.Answer, creation);
        using (var output = _case.Open()) Send(output, Call("GET", "/a"), Call("GET", "/b", host: "api.elsewhere.example"));
        Assert.Empty(Platform.Violations);
        var made = Assert.Single(Platform.Applications, one => one.Value.Name == "orders");
        Assert.Equal("GET", Assert.Single(Assert.Single(made.Value.Instances).Value.Endpoints).Method);
        var saved = Path.Combine(_case.Spool, "traffic-monitor-service-config.json");
        Assert.Contains(made.Key, File.ReadAllText(saved), StringComparison.Ordinal);
        Platform.Journal.Clear();
        using (var again = _case.Open()) Send(again, Call("GET", "/c"));
        Assert.DoesNotContain(Platform.Journal, line => line.Contains("/v1/applications?", StringComparison.Ordinal));
        Assert.Equal(4, Platform.Applications.Count);
    }

    [Theory]
    [InlineData("""[{"instanceId":"MADE"}]""")]
    [InlineData("""{"instanceId":"MADE"}""")]
    [InlineData("""{"items":[{"instanceId":"MADE"}]}""")]
    [InlineData("""{"accepted":true}""")]
    public void The_instance_is_found_in_every_answer_that_was_seen_or_asked_for(string answer)
    {
        Platform.InstanceAnswer = answer;
        _case.Configure("", onboard: true);
        using (var output = _case.Open()) Send(output, Call("GET", "/a"));
        Assert.Single(Assert.Single(Assert.Single(Platform.Applications).Value.Instances).Value.Endpoints);
        Assert.Empty(Platform.Violations);
    }

    [Fact]
    public void An_application_of_the_same_name_is_taken_also_from_a_later_page()
    {
        foreach (var name in (string[])["a", "b", "c", "d", "orders"]) Platform.AddInstance(name, $"app-{name}", $"inst-{name}");
        _case.Configure("", onboard: true);
        using (var output = _case.Open()) Send(output, Call("GET", "/a"));
        Assert.Equal(["GET /a"], Platform.EndpointsOf("app-orders", "inst-orders"));
        Assert.Equal(5, Platform.Applications.Count);
    }

    [Fact]
    public void Saved_mappings_come_first_can_be_cleared_and_are_put_aside_when_broken()
    {
        Platform.AddInstance();
        Platform.AddInstance("orders", "app-2", "inst-2");
        Directory.CreateDirectory(_case.Spool);
        var saved = Path.Combine(_case.Spool, "traffic-monitor-service-config.json");
        File.WriteAllText(saved, """{"serviceMappings":{"orders":{"appId":"app-2","instanceId":"inst-2"}}}""");
        using (var output = _case.Open()) Send(output, Call("GET", "/a"));
        Assert.Equal(["GET /a"], Platform.EndpointsOf("app-2", "inst-2"));
        using (var output = _case.Open(o => o with { ClearSavedMappings = true })) Send(output, Call("GET", "/b"));
        Assert.Equal(["GET /b"], Platform.EndpointsOf());
        Assert.False(File.Exists(saved));
        File.WriteAllText(saved, "{ half");
        using (var output = _case.Open()) Send(output, Call("GET", "/c"));
        Assert.Equal(["GET /b", "GET /c"], Platform.EndpointsOf());
        Assert.Matches(@"\.backup\.\d+$", Assert.Single(Directory.GetFiles(_case.Spool, "*.backup.*")));
    }

    [Theory]
    [InlineData("https://api.apisecapps.com/", "https://api.apisecapps.com/")]
    [InlineData("api.apisecapps.com", "https://api.apisecapps.com/")]
    [InlineData("https://gateway.example/apisec//", "https://gateway.example/apisec/")]
    [InlineData("http://127.0.0.1:8099", "http://127.0.0.1:8099/")]
    [InlineData("http://api.example", null)]
    [InlineData("ftp://api.example", null)]
    [InlineData("https://user:pass@api.example", null)]
    [InlineData("https://", null)]
    public void The_platform_is_https_unless_it_is_this_machine(string text, string? expected)
    {
        Assert.Equal(expected is not null, ApisecUrl.TryParse(text, allowHttp: false, out var url, out _));
        Assert.Equal(expected, url?.ToString());
    }

    [Fact]
    public void The_configuration_of_the_old_tool_is_read_as_it_is()
    {
        const string Old = """
            {
              "apiKey": "synthetic-key",
              "autoOnboardNewServices": false,
              "apisecUrl": "https://api.apisecapps.com",
              "serviceMappings": {
                "example-api": { "appId": "0198-a", "instanceId": "0198-b" },
                "order-service": { "appId": "0198-c", "instanceId": "0198-d" },
                "unfinished": { "appId": "" }
              },
              "somethingElse": 1
            }
            """;
        Assert.True(ApisecConfiguration.TryParse(System.Text.Encoding.UTF8.GetBytes(Old), out var configuration, out _));
        Assert.Equal(("synthetic-key", false, "https://api.apisecapps.com"), (configuration.ApiKey, configuration.AutoOnboardNewServices, configuration.Url));
        Assert.Equal(["example-api", "order-service"], configuration.Mappings.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(new ApisecTarget("0198-c", "0198-d"), configuration.Mappings["order-service"]);
    }

    public void Dispose() => _case.Dispose();
}
