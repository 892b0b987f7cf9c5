using Weir.Kubernetes.Access;
using Weir.Kubernetes.TestServer;

namespace Weir.Kubernetes.Tests.Access;

/// <summary>Programs that make credentials: run without a shell, bounded in time and output, and asked again when it is due.</summary>
public sealed class ExecCredentialTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-exec-").FullName;

    [Fact]
    public async Task A_program_beside_the_kubeconfig_gets_its_arguments_as_they_are_and_is_asked_again_when_refused()
    {
        await using var lab = await Lab.StartAsync();
        var arguments = Path.Combine(lab.Folder, "arguments");
        var token = Path.Combine(lab.Folder, "token");
        await File.WriteAllTextAsync(token, ApiServer.Token);
        await Script(lab.Folder, "plugin", $$$"""
            echo run >> '{{{arguments}}}.runs'
            for a in "$@"; do echo "$a"; done > '{{{arguments}}}'
            echo "$EXTRA|$KUBERNETES_EXEC_INFO" >> '{{{arguments}}}'
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$(cat '{{{token}}}')'"}}'
            """);
        using var access = lab.FromText(lab.Server.Kubeconfig("""
            {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: ["a b", "$(id)", "'"], env: [{name: EXTRA, value: "x y"}], provideClusterInfo: true}}
            """));
        using var client = new KubernetesClient(access, Lab.Limits);
        await client.GetVersionAsync();
        await client.GetVersionAsync();
        Assert.Single(await File.ReadAllLinesAsync($"{arguments}.runs"));
        var said = await File.ReadAllLinesAsync(arguments);
        Assert.Equal(["a b", "$(id)", "'"], said[..3]);
        Assert.Equal(
            "x y|{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"spec\":{\"cluster\":{\"server\":\"" + lab.Server.Address + "\"},\"interactive\":false}}", said[3]);
        lab.Server.Access.Revoke(ApiServer.Token);
        lab.Server.Access.Accept("second-token-of-nobody", "test-user");
        await File.WriteAllTextAsync(token, "second-token-of-nobody");
        await client.GetVersionAsync();
        Assert.Equal(2, (await File.ReadAllLinesAsync($"{arguments}.runs")).Length);
    }

    [Fact]
    public async Task A_certificate_that_a_program_gives_is_shown()
    {
        await using var lab = await Lab.StartAsync(new ApiServerOptions { Tls = true });
        var (certificate, key) = lab.Server.Authority.Issue("from-a-program", isServer: false);
        await Script(lab.Folder, "plugin", $$$"""
            cat <<'END'
            {"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"clientCertificateData":{{{System.Text.Json.JsonSerializer.Serialize(certificate)}}},"clientKeyData":{{{System.Text.Json.JsonSerializer.Serialize(key)}}}}}
            END
            """);
        using var access = lab.FromText(lab.Server.Kubeconfig("{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./plugin}}"));
        using var client = new KubernetesClient(access, Lab.Limits);
        lab.Server.Access.Forbid("list", "pods");
        Assert.StartsWith("from-a-program may not", (await Assert.ThrowsAsync<KubernetesException>(() => client.ListAsync(ResourceKind.Pods))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_about_to_expire_are_renewed_before_they_do()
    {
        await Script(_folder, "plugin", """
            echo run >> "$0.runs"
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"2020-01-01T00:00:00Z"}}'
            """);
        using var credential = Credential("plugin");
        await credential.GetAsync(refused: false, default);
        await credential.GetAsync(refused: false, default);
        Assert.Equal(2, (await File.ReadAllLinesAsync(Path.Combine(_folder, "plugin.runs"))).Length);
    }

    [Theory]
    [InlineData("sleep 600", "did not answer within 0.5 s")]
    [InlineData("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done", "printed more than 10000 characters")]
    [InlineData("echo first >&2; echo 'you are not logged in' >&2; exit 3", "ended with 3: you are not logged in")]
    [InlineData("echo secret-token-in-no-json", "printed no JSON (line 1)")]
    [InlineData("echo '{}'", "printed no ExecCredential")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t\"}}'", "answers in client.authentication.k8s.io/v1beta1")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{}}'", "neither a token nor a certificate")]
    public async Task A_program_that_fails_says_how_and_is_ended(string script, string expected)
    {
        await Script(_folder, "plugin", script);
        using var credential = Credential("plugin");
        var failure = await Assert.ThrowsAsync<KubernetesException>(async () => await credential.GetAsync(refused: false, default));
        Assert.Equal(KubernetesFault.Configuration, failure.Fault);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_tells_how_to_get_it()
    {
        using var credential = Credential("nothing");
        var failure = await Assert.ThrowsAsync<KubernetesException>(async () => await credential.GetAsync(refused: false, default));
        Assert.Contains("Install it by saying please", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ExecCredential Credential(string program) => new(
        new ExecPlugin(Path.Combine(_folder, program), [], new Dictionary<string, string>(), "client.authentication.k8s.io/v1", null, "Install it by saying please"),
        KubernetesLimits.Default with { ExecTimeout = program == "plugin" && File.ReadAllText(Path.Combine(_folder, program)).Contains("sleep", StringComparison.Ordinal) ? TimeSpan.FromSeconds(0.5) : Lab.Patience, MaxExecBytes = 10_000 });

    private static async Task Script(string folder, string name, string text)
    {
        var file = Path.Combine(folder, name);
        await File.WriteAllTextAsync(file, $"#!/bin/sh\n{text}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
