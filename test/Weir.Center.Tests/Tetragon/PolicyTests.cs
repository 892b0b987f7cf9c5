using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Center.Tests.Respond;
using Weir.Center.Tetragon;
using Weir.Kubernetes.TestServer;
using Weir.Testing;

namespace Weir.Center.Tests.Tetragon;

/// <summary>Tracing policies: what is let through to the API server, and what comes back.</summary>
public sealed class PolicyTests
{
    private const string Watching = """
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicy
        metadata: { name: egress }
        spec:
          kprobes:
            - call: tcp_connect
              syscall: false
              args: [{ index: 0, type: sock }]
        """;

    private const string Killing = """
        apiVersion: cilium.io/v1alpha1
        kind: TracingPolicyNamespaced
        metadata: { name: no-shell, namespace: shop }
        spec:
          kprobes:
            - call: security_bprm_check
              syscall: false
              args: [{ index: 0, type: linux_binprm }]
              selectors:
                - matchArgs: [{ index: 0, operator: Postfix, values: [/sh] }]
                  matchActions: [{ action: Sigkill }]
        """;

    [SkippableFact]
    public void Every_published_policy_is_valid_but_for_what_its_authors_left_open()
    {
        var (valid, doubtful) = (0, new List<string>());
        foreach (var file in Directory.GetFiles(SharedData.Require("tetragon/policies")).Order(StringComparer.Ordinal))
        {
            foreach (var part in File.ReadAllText(file).Split("\n---"))
            {
                if (!part.Contains("\nkind: TracingPolicy", StringComparison.Ordinal) && !part.StartsWith("kind: TracingPolicy", StringComparison.Ordinal)) continue;
                var policy = PolicyReader.Read(Encoding.UTF8.GetBytes(part), out var problems);
                if (policy is { Problems.Count: 0 }) valid++;
                else doubtful.Add($"{Path.GetFileName(file)}: {string.Join("; ", problems.Select(one => $"{one.Path} {one.Message}"))}");
            }
        }

        Assert.True(valid + doubtful.Count >= 82, $"{valid} and {doubtful.Count}");
        // Their authors leave open whether a function is a system call, or the namespace to the command line.
        Assert.All(doubtful, one => Assert.Matches(@": [^;]*(/syscall is not said|needs a namespace)[^;]*(;[^;]*/syscall is not said[^;]*)*$", one));
        Assert.InRange(doubtful.Count, 0, 6);
    }

    [Fact]
    public void The_curated_policies_are_valid_watch_only_and_say_what_for()
    {
        Assert.InRange(CuratedPolicies.All.Count, 8, 20);
        Assert.All(CuratedPolicies.All, one =>
        {
            Assert.Empty(one.Policy.Problems);
            Assert.Equal("monitor", one.Policy.Mode);
            Assert.StartsWith("weir-", one.Policy.Name, StringComparison.Ordinal);
            Assert.InRange(one.Description.Length, 40, 400);
        });
        Assert.Equal(CuratedPolicies.All.Count, CuratedPolicies.All.Select(one => one.Policy.Name).Distinct().Count());
        // The one that could end processes is held back.
        Assert.Equal(["Sigkill"], CuratedPolicies.All.Single(one => one.Policy.Enforcing.Count > 0).Policy.Enforcing);
        Assert.Equal(Directory.GetFiles(RepositoryRoot.Combine("deploy/tetragon"), "*.yaml").Length, CuratedPolicies.All.Count);
    }

    [Theory]
    [InlineData("kind: TracingPolicy", "kind: Pod", "is neither")]
    [InlineData("cilium.io/v1alpha1", "v1", "is not cilium.io")]
    [InlineData("name: egress", "name: Egress_1", "is no name")]
    [InlineData("name: egress", "name: false", "is no name")]
    [InlineData("name: egress", "name: 7", "is no name")]
    [InlineData("name: egress", "name: egress, namespace: shop", "has no namespace")]
    [InlineData("kprobes:", "kprobe:", "is no key")]
    [InlineData("call: tcp_connect", "call: \"\"", "is missing")]
    [InlineData("syscall: false", "syscal: false", "is no key")]
    [InlineData("type: sock", "type: socks", "is no type")]
    [InlineData("index: 0", "index: -1", "from 0 on")]
    [InlineData("args: [{ index: 0, type: sock }]", "args: [{ index: 0, type: sock }]\n      selectors: [{ matchActions: [{ action: Explode }] }]", "is no action")]
    [InlineData("args: [{ index: 0, type: sock }]", "args: [{ index: 0, type: sock }]\n      selectors: [{ matchArgs: [{ index: 0, operator: Near, values: [a] }] }]", "is no operator")]
    [InlineData("args: [{ index: 0, type: sock }]", "args: [{ index: 0, type: sock }]\n      selectors: [{}, {}, {}, {}, {}, {}]", "more than 5")]
    [InlineData("args: [{ index: 0, type: sock }]", "args: [{ index: 0, type: sock }]\n      selectors: [{ matchPIDs: [{ operator: In, values: [1, 2, 3, 4, 5] }] }]", "more than 4")]
    [InlineData("args: [{ index: 0, type: sock }]", "args: [{ index: 0, type: sock }]\n      selectors: [{ matchActions: [{ action: GetUrl }] }]", "GetUrl needs it")]
    [InlineData("spec:", "spec: {}\nextra:", "is no key")]
    public void A_mistake_is_found_with_its_place(string right, string wrong, string message)
    {
        Assert.Contains(right, Watching, StringComparison.Ordinal);
        Assert.NotNull(PolicyReader.Read(Encoding.UTF8.GetBytes(Watching), out var none));
        Assert.Empty(none);
        PolicyReader.Read(Encoding.UTF8.GetBytes(Watching.Replace(right, wrong, StringComparison.Ordinal)), out var problems);
        Assert.Contains(problems, one => one.Message.Contains(message, StringComparison.Ordinal) && one.Line > 0);
    }

    [Theory]
    [InlineData("", "no document")]
    [InlineData("a: [", "")]
    [InlineData("- 1", "is no object")]
    [InlineData("a: 1\n---\nb: 2", "2 documents")]
    [InlineData("{ apiVersion: cilium.io/v1alpha1, kind: TracingPolicy, metadata: { name: a }, spec: { } }", "hooks nothing")]
    public void What_is_no_policy_is_told(string yaml, string message)
    {
        PolicyReader.Read(Encoding.UTF8.GetBytes(yaml), out var problems);
        Assert.Contains(message, problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_is_tried_applied_listed_and_deleted()
    {
        await using var site = await Site.StartAsync();
        Assert.Equal((true, 0), Count(await site.Json("/api/v1/policies")));
        var (status, body) = await site.Post("/api/v1/policies", new { yaml = Watching, dryRun = true });
        Assert.Equal((HttpStatusCode.OK, "egress", "monitor", true), (status, body.GetProperty("name").GetString(), body.GetProperty("mode").GetString(), body.GetProperty("dryRun").GetBoolean()));
        Assert.Equal((true, 0), Count(await site.Json("/api/v1/policies")));
        Assert.Equal(HttpStatusCode.OK, (await site.Post("/api/v1/policies", new { yaml = Watching })).Status);
        // What a server adds to an object may come back with it.
        var again = Watching.Replace("{ name: egress }", "{ name: egress, resourceVersion: \"1\", uid: abc, managedFields: [{ manager: x }], creationTimestamp: null }", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await site.Post("/api/v1/policies", new { yaml = again })).Status);
        var one = (await site.Json("/api/v1/policies")).GetProperty("policies")[0];
        Assert.Equal(
            """{"name":"egress","namespace":null,"kind":"TracingPolicy","mode":"monitor","hooks":["tcp_connect"],"curated":false}""", one.GetRawText());
        Assert.Equal(HttpStatusCode.NoContent, (await site.Delete("/api/v1/policies/egress")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Delete("/api/v1/policies/egress")).Status);
        var log = (await site.Json("/api/v1/audit?kind=change")).GetProperty("items").EnumerateArray().Where(static line => line.GetProperty("action").GetString() == "applyPolicy").ToList();
        Assert.Equal(["monitor", "monitor", "dry run"], log.Select(static line => line.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task What_ends_processes_needs_to_be_asked_for_and_may_be_watched_first()
    {
        await using var site = await Site.StartAsync();
        var (status, body) = await site.Post("/api/v1/policies", new { yaml = Killing });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "enforces", "[\"Sigkill\"]"), (status, body.GetProperty("fault").GetString(), body.GetProperty("actions").GetRawText()));
        Assert.Equal((true, 0), Count(await site.Json("/api/v1/policies")));
        var held = Killing.Replace("spec:", "spec:\n  options: [{ name: policy-mode, value: monitor }]", StringComparison.Ordinal);
        Assert.Equal("monitor", (await site.Post("/api/v1/policies", new { yaml = held })).Body.GetProperty("mode").GetString());
        Assert.Equal("monitor", (await site.Json("/api/v1/policies")).GetProperty("policies")[0].GetProperty("mode").GetString());
        Assert.Equal("enforce", (await site.Post("/api/v1/policies", new { yaml = Killing, enforce = true })).Body.GetProperty("mode").GetString());
        var one = (await site.Json("/api/v1/policies")).GetProperty("policies")[0];
        Assert.Equal(("enforce", "shop", "TracingPolicyNamespaced"), (one.GetProperty("mode").GetString(), one.GetProperty("namespace").GetString(), one.GetProperty("kind").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await site.Delete("/api/v1/policies/no-shell")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await site.Delete("/api/v1/policies/no-shell?namespace=shop")).Status);
        foreach (var action in (string[])["Override", "Signal, argSig: 9", "Set", "GetUrl, argUrl: 'http://evil.example'", "DnsLookup, argFqdn: evil.example", "NotifyEnforcer"])
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await site.Post("/api/v1/policies", new { yaml = Killing.Replace("Sigkill", action, StringComparison.Ordinal) })).Status);
    }

    [Fact]
    public async Task Every_curated_policy_can_be_applied_and_is_known_again()
    {
        await using var site = await Site.StartAsync();
        foreach (var one in (await site.Json("/api/v1/policies/curated")).EnumerateArray())
        {
            var (status, body) = await site.Post("/api/v1/policies", new { yaml = one.GetProperty("yaml").GetString() });
            Assert.True(status == HttpStatusCode.OK, body.GetRawText());
        }

        var policies = (await site.Json("/api/v1/policies")).GetProperty("policies").EnumerateArray().ToList();
        Assert.Equal(CuratedPolicies.All.Count, policies.Count);
        Assert.All(policies, static one => Assert.True(one.GetProperty("curated").GetBoolean()));
    }

    [Fact]
    public async Task What_others_own_stays_theirs_unless_somebody_says_otherwise()
    {
        await using var site = await Site.StartAsync();
        await site.Post("/api/v1/policies", new { yaml = Watching });
        var type = site.Cluster.Type("tracingpolicies");
        var changed = (JsonObject)site.Cluster.Store.Get(type, null, "egress")!.DeepClone();
        changed["spec"]!["kprobes"]![0]!["call"] = "tcp_close";
        foreach (var manager in changed["metadata"]!["managedFields"]!.AsArray()) manager!["manager"] = "argocd-controller";
        site.Cluster.Put("tracingpolicies", changed);
        var (status, body) = await site.Post("/api/v1/policies", new { yaml = Watching });
        Assert.Equal((HttpStatusCode.Conflict, "conflict"), (status, body.GetProperty("fault").GetString()));
        Assert.Contains("argocd-controller", body.GetProperty("conflicts").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await site.Post("/api/v1/policies", new { yaml = Watching, takeOver = true })).Status);
        Assert.Equal("tcp_connect", (string?)site.Cluster.Store.Get(type, null, "egress")!["spec"]!["kprobes"]![0]!["call"]);
    }

    [Fact]
    public async Task Without_Tetragon_a_cluster_or_a_right_that_is_told()
    {
        await using var bare = await Site.StartAsync(cluster: new ApiServerOptions { Missing = ["tracingpolicies", "tracingpoliciesnamespaced"] });
        var list = await bare.Json("/api/v1/policies");
        Assert.Contains("Tetragon is not installed", list.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal((false, 0), Count(list));
        var (status, body) = await bare.Post("/api/v1/policies", new { yaml = Watching });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "missing_kind"), (status, body.GetProperty("fault").GetString()));

        await using var site = await Site.StartAsync();
        foreach (var verb in (string[])["list", "patch", "delete"]) site.Cluster.Access.Forbid(verb, "tracingpolicies");
        list = await site.Json("/api/v1/policies");
        Assert.Contains("may not list", list.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.BadGateway, "forbidden"), Fault(await site.Post("/api/v1/policies", new { yaml = Watching })));
        Assert.Equal((HttpStatusCode.BadGateway, "forbidden"), Fault(await site.Delete("/api/v1/policies/egress")));

        await using var none = await Site.StartAsync(withCluster: false);
        Assert.Contains("no cluster is configured", (await none.Json("/api/v1/policies")).GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "configuration"), Fault(await none.Post("/api/v1/policies", new { yaml = Watching })));
    }

    [Fact]
    public async Task Hostile_policies_and_names_never_reach_the_cluster()
    {
        await using var site = await Site.StartAsync();
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 12; i++) bomb.Append($"a{i}: &a{i} [").AppendJoin(',', Enumerable.Repeat($"*a{i - 1}", 9)).Append("]\n");
        foreach (var yaml in new[] { bomb.ToString(), new string('[', 100_000), "!!python/object/apply:os.system ['id']", "\0", Watching.Replace("egress", "../../api/v1/secrets", StringComparison.Ordinal), Watching.Replace("egress", "a%2Fb", StringComparison.Ordinal) })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await site.Post("/api/v1/policies", new { yaml })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Post("/api/v1/policies", "{\"yml\":1}")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await site.Post("/api/v1/policies", new { yaml = new string('#', 300_000) })).Status);
        foreach (var path in (string[])["A", "..%2F..%2Fsecrets", "a?namespace=..%2Fx", "a?namespace=B", new string('a', 300)])
            Assert.Equal(HttpStatusCode.BadRequest, (await site.Delete($"/api/v1/policies/{path}")).Status);
        Assert.Empty(site.Cluster.Faults.Requests);
    }

    [Fact]
    public async Task The_older_paths_watch_a_command_and_end_it_only_when_asked()
    {
        await using var site = await Site.StartAsync();
        using var form = new FormUrlEncodedContent([new("policy_name", "no-nc"), new("command_name", "/usr/bin/nc")]);
        var (status, body) = await site.Post("/api/enforce-policy", form);
        Assert.Equal((HttpStatusCode.OK, "monitor"), (status, body.GetProperty("mode").GetString()));
        Assert.Equal(
            """{"policies":[{"name":"no-nc","kprobes":[{"call":"sys_execve","syscall":true,"match_commands":["/usr/bin/nc"],"actions":["Sigkill"]}]}]}""",
            (await site.Json("/api/get-policies")).GetRawText());
        Assert.Equal("monitor", (await site.Json("/api/v1/policies")).GetProperty("policies")[0].GetProperty("mode").GetString());
        Assert.Equal("enforce", (await site.Post("/api/enforce-policy", new { policy_name = "no-nc", command_name = "/usr/bin/nc", enforce = true })).Body.GetProperty("mode").GetString());
        foreach (var (name, command) in new[] { ("A", "/bin/nc"), ("a", ""), ("a", "x\"] }] }\n"), ("a", "/bin/nc --help"), ("a\"}", "/bin/nc"), ("", "/bin/nc"), ("../x", "/bin/nc") })
            Assert.Equal(HttpStatusCode.BadRequest, (await site.Post("/api/enforce-policy", new { policy_name = name, command_name = command })).Status);
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/delete-policy") { Content = new StringContent("{\"policy_name\":\"no-nc\"}", Encoding.UTF8, "application/json") };
        using var deleted = await site.Http.SendAsync(request);
        Assert.Equal("{\"message\":\"deleted\"}", await deleted.Content.ReadAsStringAsync());
        using var again = new HttpRequestMessage(HttpMethod.Delete, "/api/delete-policy") { Content = new StringContent("{\"policy_name\":\"no-nc\"}", Encoding.UTF8, "application/json") };
        using var gone = await site.Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal("{\"policies\":[]}", (await site.Json("/api/get-policies")).GetRawText());
    }

    private static (bool Available, int Count) Count(JsonElement list) => (list.GetProperty("available").GetBoolean(), list.GetProperty("policies").GetArrayLength());

    private static (HttpStatusCode Status, string? Fault) Fault((HttpStatusCode Status, JsonElement Body) answer) => (answer.Status, answer.Body.GetProperty("fault").GetString());
}
