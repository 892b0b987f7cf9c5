using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>The sections detection, alerts, cluster and rateLimits of <c>weir center</c>, read by the built command.</summary>
public sealed class RespondConfigurationTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-respond-").FullName;

    [Theory]
    [InlineData("alerts: {to: {ops: {slack: {url: 'https://hooks.slack.example/made-up'}}}}\n", "alerts.to.ops.slack.url is a secret, which does not belong into a configuration")]
    [InlineData("alerts: {to: {ops: {minSeverity: high}}}\n", "alerts.to.ops: nothing says where: it is one of slack, firebase, webhook and alertmanager")]
    [InlineData("alerts: {to: {ops: {alertmanager: {url: 'ftp://x'}}}}\n", "no http or https URL")]
    [InlineData("alerts: {to: {ops: {alertmanager: {url: 'http://x'}, minSeverity: '7'}}}\n", "not info, low, medium, high or critical")]
    [InlineData("alerts: {to: {ops: {alertmanager: {url: 'http://x'}, kinds: [floods]}}}\n", "not a kind of finding such as flood")]
    [InlineData("alerts: {to: {ops: {webhook: {url: 'http://x'}}}}\n", "alerts.to.ops.webhook needs a url and secretFile")]
    [InlineData("alerts: {to: {ops: {firebase: {database: 'http://x', credentialsFile: /nowhere}}}}\n", "cannot read /nowhere")]
    [InlineData("alerts: {groupBy: [colour]}\n", "not namespace, service or kind")]
    [InlineData("rateLimits: {target: web}\n", "not NAMESPACE/NAME of an Ingress")]
    [InlineData("rateLimits: {auto: {rps: 0}}\n", "not a number from 1 to 1000000")]
    [InlineData("rateLimits: {auto: {enabeld: true}}\n", "did you mean rateLimits.auto.enabled?")]
    [InlineData("detection: {learning: soon}\n", "not a time such as 20m")]
    public async Task What_is_wrong_is_told_before_anything_starts(string yaml, string expected)
    {
        var (code, _, errors) = await Check(yaml, []);
        Assert.Equal(2, code);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("made-up", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configurations_of_the_guides_are_right()
    {
        var (slack, firebase, secret) = (Path.Combine(_folder, "slack"), Path.Combine(_folder, "firebase.json"), Path.Combine(_folder, "secret"));
        using var key = RSA.Create(2048);
        await File.WriteAllTextAsync(slack, "https://hooks.slack.example/services/made-up\n");
        await File.WriteAllTextAsync(secret, Convert.ToBase64String(new byte[32]) + "\n");
        await File.WriteAllTextAsync(firebase, new JsonObject { ["type"] = "service_account", ["client_email"] = "a@b.example", ["private_key"] = key.ExportPkcs8PrivateKeyPem() }.ToJsonString());
        var (code, _, errors) = await Check($$$"""
            detection: {learning: 20m, quiet: 5m}
            alerts:
              groupWait: 0
              groupBy: [namespace, kind]
              repeat: 4h
              page: https://weir.example/
              to:
                ops: {slack: {urlFile: {{{slack}}}}, minSeverity: high, namespaces: [shop, "pay-*"]}
                board: {firebase: {database: "https://project.firebaseio.example", credentialsFile: {{{firebase}}}}}
                hook: {webhook: {url: "https://receiver.example/weir", secretFile: {{{secret}}}}, kinds: [flood, password_guessing], resolved: false}
                alertmanager: {alertmanager: {url: "http://alertmanager:9093"}}
                env: {minSeverity: low}
            cluster: {enabled: true, kubeconfig: /etc/weir/kubeconfig}
            rateLimits:
              target: default/web
              ttl: 1h
              maxTtl: 7d
              auto: {enabled: true, dryRun: true, allow: ["shop/*"], severity: high, kinds: [flood, password_guessing], rps: 10, ttl: 30m, maxPerHour: 4}
            """, new Dictionary<string, string> { ["WEIR_ALERTS_TO_ENV_SLACK_URL"] = "https://hooks.slack.example/services/made-up-too" });
        Assert.True(code == 0, errors);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int Code, string Output, string Errors)> Check(string yaml, Dictionary<string, string> environment)
    {
        var file = Path.Combine(_folder, "weir.yaml");
        await File.WriteAllTextAsync(file, yaml);
        using var child = WeirCommand.Start(environment, "center", "--check", "-c", file);
        return await child.Finish(s_patience);
    }
}
