using System.Text;
using Weir.Kubernetes.Access;
using Weir.Kubernetes.TestServer;

namespace Weir.Kubernetes.Tests.Access;

/// <summary>Every way in that a kubeconfig or a pod describes, against a server that lets nobody else in.</summary>
public class AccessTests
{
    [Fact]
    public async Task Over_TLS_the_authority_of_the_kubeconfig_is_trusted_and_no_other()
    {
        await using var lab = await Lab.StartAsync(new ApiServerOptions { Tls = true });
        Assert.Equal("v1.32.0-test", (await lab.Client.GetVersionAsync()).GitVersion);
        using var stranger = new TestAuthority();
        var other = lab.Server.Kubeconfig().Replace(Base64(lab.Server.Authority.Pem), Base64(stranger.Pem), StringComparison.Ordinal);
        await Refused(lab, other, KubernetesFault.Unreachable);
        await Refused(lab, WithoutAuthority(lab, ""), KubernetesFault.Unreachable);
    }

    [Fact]
    public async Task The_name_of_the_server_must_fit_or_be_named()
    {
        await using var lab = await Lab.StartAsync(new ApiServerOptions { Tls = true, DnsName = "api.cluster.example" });
        var elsewhere = lab.Server.Kubeconfig().Replace("https://127.0.0.1", "https://127.0.0.2", StringComparison.Ordinal);
        // The server listens on 127.0.0.1 only: localhost leads there, and is no name of its certificate.
        var local = lab.Server.Kubeconfig().Replace("https://127.0.0.1", "https://localhost", StringComparison.Ordinal);
        await Refused(lab, elsewhere, KubernetesFault.Unreachable);
        await Refused(lab, local, KubernetesFault.Unreachable);
        await LetIn(lab, local.Replace("    server:", "    tls-server-name: api.cluster.example\n    server:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verification_can_be_skipped_in_so_many_words()
    {
        await using var lab = await Lab.StartAsync(new ApiServerOptions { Tls = true });
        await LetIn(lab, WithoutAuthority(lab, "insecure-skip-tls-verify: true"));
    }

    [Fact]
    public async Task A_client_certificate_lets_in_from_data_and_from_files_beside_the_kubeconfig()
    {
        await using var lab = await Lab.StartAsync(new ApiServerOptions { Tls = true });
        var (certificate, key) = lab.Server.Authority.Issue("system:node:node-1", isServer: false);
        await LetIn(lab, lab.Server.Kubeconfig($"{{client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(key)}}}"));
        await File.WriteAllTextAsync(Path.Combine(lab.Folder, "client.crt"), certificate);
        await File.WriteAllTextAsync(Path.Combine(lab.Folder, "client.key"), key);
        var config = lab.Server.Kubeconfig("{client-certificate: client.crt, client-key: client.key}");
        await LetIn(lab, config);
        await File.WriteAllTextAsync(Path.Combine(lab.Folder, "unknown"), "token-of-nobody-at-all");
        await LetIn(lab, lab.Server.Kubeconfig("{tokenFile: unknown, client-certificate: client.crt, client-key: client.key}"));
        // Who it is stands in the certificate.
        lab.Server.Access.Forbid("list", "pods");
        using var access = lab.FromText(config);
        using var client = new KubernetesClient(access, Lab.Limits);
        Assert.StartsWith("system:node:node-1 may not list pods", (await Assert.ThrowsAsync<KubernetesException>(() => client.ListAsync(ResourceKind.Pods))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_file_is_read_again_when_the_server_refuses_what_it_held()
    {
        await using var lab = await Lab.StartAsync();
        var file = Path.Combine(lab.Folder, "token");
        await File.WriteAllTextAsync(file, ApiServer.Token + "\n");
        using var access = lab.FromText(lab.Server.Kubeconfig("tokenFile: token"));
        using var client = new KubernetesClient(access, Lab.Limits);
        await client.GetVersionAsync();
        lab.Server.Access.Revoke(ApiServer.Token);
        lab.Server.Access.Accept("renewed-token-of-nobody", "test-user");
        var refused = await Assert.ThrowsAsync<KubernetesException>(() => client.GetVersionAsync());
        Assert.Equal(KubernetesFault.Unauthorized, refused.Fault);
        Assert.DoesNotContain(ApiServer.Token, refused.ToString(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "renewed-token-of-nobody");
        await client.GetVersionAsync();
    }

    [Fact]
    public async Task The_context_asked_for_is_taken_and_one_that_is_not_there_names_those_that_are()
    {
        await using var lab = await Lab.StartAsync();
        var config = lab.Server.Kubeconfig() + "\n" + """
            preferences: {}
            """;
        config = config.Replace("contexts:\n", "contexts:\n- {name: prod, context: {cluster: prod, user: test, namespace: bank}}\n", StringComparison.Ordinal)
            .Replace("clusters:\n", "clusters:\n- {name: prod, cluster: {server: 'https://prod.example:6443/k8s/x', proxy-url: 'http://proxy.example:3128'}}\n", StringComparison.Ordinal);
        using var current = lab.FromText(config);
        using var prod = lab.FromText(config, context: "prod");
        Assert.Equal((lab.Server.Address, "shop"), (current.Server, current.Namespace));
        Assert.Equal(("https://prod.example:6443/k8s/x/", "bank", "http://proxy.example:3128/"), (prod.Server.ToString(), prod.Namespace, prod.Proxy!.ToString()));
        Assert.Contains("but: prod, test", Assert.Throws<KubernetesException>(() => lab.FromText(config, context: "stage")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "not a mapping")]
    [InlineData("a: [", "is no kubeconfig: line ")]
    [InlineData("current-context: x", "no context x")]
    [InlineData("contexts: []", "names no current-context")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: y}}]}", "no cluster y")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: y, user: z}}], clusters: [{name: y, cluster: {server: 'https://a'}}]}", "no user z")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: y}}], clusters: [{name: y, cluster: {server: 'ftp://a'}}]}", "no http or https address")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: y}}], clusters: [{name: y, cluster: {server: 'https://a', certificate-authority-data: '%'}}]}", "not base64")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: y}}], clusters: [{name: y, cluster: {server: 'https://a', certificate-authority-data: 'eA=='}}]}", "no certificate")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: y, user: z}}], clusters: [{name: y, cluster: {server: 'https://a'}}], users: [{name: z, user: {auth-provider: {name: gcp}}}]}", "auth-provider gcp")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: y, user: z}}], clusters: [{name: y, cluster: {server: 'https://a'}}], users: [{name: z, user: {client-certificate-data: 'eA=='}}]}", "one is missing")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: y, user: z}}], clusters: [{name: y, cluster: {server: 'https://a'}}], users: [{name: z, user: {exec: {command: a, apiVersion: v0}}}]}", "apiVersion v0")]
    public void A_kubeconfig_that_cannot_be_used_says_why(string text, string expected)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, text);
            var failure = Assert.Throws<KubernetesException>(() => ClusterAccess.FromKubeconfig(file));
            Assert.Equal(KubernetesFault.Configuration, failure.Fault);
            Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_pod_without_a_service_account_has_no_access() =>
        Assert.Contains("no pod with a service account", Assert.Throws<KubernetesException>(() => ClusterAccess.InCluster("/nowhere")).Message, StringComparison.Ordinal);

    private static string WithoutAuthority(Lab lab, string instead) =>
        lab.Server.Kubeconfig().Replace($"certificate-authority-data: {Base64(lab.Server.Authority.Pem)}", instead, StringComparison.Ordinal);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task LetIn(Lab lab, string kubeconfig)
    {
        using var access = lab.FromText(kubeconfig);
        using var client = new KubernetesClient(access, Lab.Limits);
        await client.GetVersionAsync();
    }

    private static async Task Refused(Lab lab, string kubeconfig, KubernetesFault fault)
    {
        using var access = lab.FromText(kubeconfig);
        using var client = new KubernetesClient(access, Lab.Limits);
        Assert.Equal(fault, (await Assert.ThrowsAsync<KubernetesException>(() => client.GetVersionAsync())).Fault);
    }
}
