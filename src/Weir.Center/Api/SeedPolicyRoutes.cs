using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Auth;
using Weir.Center.Tetragon;
using Weir.Kubernetes;

namespace Weir.Center.Api;

/// <summary>
/// Policies on the paths and in the shapes of an older dashboard: one policy ends every process that runs one command. Here it says what it would have
/// done, until somebody asks for more.
/// </summary>
internal static partial class SeedPolicyRoutes
{
    public static void MapSeedPolicies(this IEndpointRouteBuilder routes, TracingPolicies policies)
    {
        routes.MapPost("/api/enforce-policy", (Delegate)((HttpContext context) => Enforce(context, policies)))
            .WithName("enforceCommandPolicy").WithSummary("A policy policy_name against the program command_name (a path); with enforce=true it is ended, without it is only told of")
            .Produces<object>().ProducesProblem(400).ProducesProblem(409).ProducesProblem(413).ProducesProblem(422).ProducesProblem(502).ProducesProblem(503);
        routes.MapGet("/api/get-policies", (CancellationToken cancellation) => List(policies, cancellation))
            .WithName("getCommandPolicies").WithSummary("Policies with what they hook, match and do").Produces<object>().ProducesProblem(502).ProducesProblem(503);
        routes.MapDelete("/api/delete-policy", (Delegate)((HttpContext context) => Delete(context, policies)))
            .WithName("deleteCommandPolicy").WithSummary("Delete the policy policy_name").Produces<object>()
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(413).ProducesProblem(502).ProducesProblem(503);
    }

    private static async Task<IResult> Enforce(HttpContext context, TracingPolicies policies)
    {
        var (fields, problem) = await RequestForm.FieldsAsync(context, "policy_name", "command_name", "enforce");
        if (problem is not null) return problem;
        var (name, command, enforce) = (fields![0], fields[1], fields[2] is "true" or "True");
        if (!KubernetesName.IsSubdomain(name)) return Problem.BadParameter("policy_name", "is no name of Kubernetes (RFC 1123 subdomain)");
        if (command is null || !Program().IsMatch(command)) return Problem.BadParameter("command_name", "is no path of a program");
        context.Describe(name, $"{(enforce ? "ends" : "watches")} {command}");
        var policy = PolicyReader.Read(Encoding.UTF8.GetBytes(Document(name, command, enforce)), out _)!;
        return await PolicyRoutes.SendAsync(policies, policy, dryRun: false, takeOver: false, context.RequestAborted)
            ?? Results.Json(new { message = $"Policy {name} {(enforce ? "ends" : "watches")} {command}", mode = policy.Mode });
    }

    private static async Task<IResult> List(TracingPolicies policies, CancellationToken cancellation)
    {
        try
        {
            var found = await policies.ListAsync(cancellation);
            return Results.Json(new JsonObject { ["policies"] = new JsonArray([.. found.Select(static one => Seed(one.Policy))]) });
        }
        catch (KubernetesException e)
        {
            return PolicyRoutes.Failed(e);
        }
    }

    private static async Task<IResult> Delete(HttpContext context, TracingPolicies policies)
    {
        var (name, problem) = await RequestForm.FieldAsync(context, "policy_name");
        if (problem is not null) return problem;
        if (!KubernetesName.IsSubdomain(name)) return Problem.BadParameter("policy_name", "is no name of Kubernetes (RFC 1123 subdomain)");
        context.Describe(name);
        try
        {
            await policies.DeleteAsync(name, null, context.RequestAborted);
            return Results.Json(new { message = "deleted" });
        }
        catch (KubernetesException e)
        {
            return PolicyRoutes.Failed(e);
        }
    }

    private static JsonObject Seed(TracingPolicy policy)
    {
        var spec = JsonNode.Parse(policy.Json)!["spec"];
        return new JsonObject
        {
            ["name"] = policy.Name,
            ["kprobes"] = new JsonArray([.. Items(spec?["kprobes"]).Select(static probe => (JsonNode)new JsonObject
            {
                ["call"] = probe["call"]?.DeepClone(), ["syscall"] = probe["syscall"]?.DeepClone(),
                ["match_commands"] = new JsonArray([.. Items(probe["selectors"]).SelectMany(static one => Items(one["matchArgs"])).SelectMany(static one => Items(one["values"])).Select(static one => one.DeepClone())]),
                ["actions"] = new JsonArray([.. Items(probe["selectors"]).SelectMany(static one => Items(one["matchActions"])).Select(static one => one["action"]?.DeepClone()).OfType<JsonNode>()]),
            })]),
        };
    }

    private static IEnumerable<JsonNode> Items(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonNode>();

    /// <summary>The name and the path were checked: neither can end the text that it stands in.</summary>
    private static string Document(string name, string command, bool enforce) => $$"""
        apiVersion: {{PolicyReader.ApiVersion}}
        kind: {{PolicyReader.ClusterKind}}
        metadata: { name: "{{name}}" }
        spec:
          options: [{ name: policy-mode, value: {{(enforce ? "enforce" : "monitor")}} }]
          kprobes:
            - call: sys_execve
              syscall: true
              args: [{ index: 0, type: string }]
              selectors:
                - matchArgs: [{ index: 0, operator: Equal, values: ["{{command}}"] }]
                  matchActions: [{ action: Sigkill }]
        """;

    [GeneratedRegex(@"^[A-Za-z0-9/][A-Za-z0-9/._+-]{0,255}\z")]
    private static partial Regex Program();
}
