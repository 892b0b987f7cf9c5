using System.ComponentModel;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Auth;
using Weir.Center.Tetragon;
using Weir.Kubernetes;

namespace Weir.Center.Api;

/// <summary>Tracing policies: what there is, what comes with Weir, and changes of both. docs/guides/tetragon.md shows them at work.</summary>
internal static class PolicyRoutes
{
    private const string Path = "/api/v1/policies";

    public static void MapPolicies(this IEndpointRouteBuilder routes, TracingPolicies policies)
    {
        routes.MapGet(Path, (CancellationToken cancellation) => List(policies, cancellation))
            .WithName("listPolicies").WithSummary("Tracing policies of the cluster").Produces<PolicyList>();
        routes.MapGet(Path + "/curated", () => Results.Json(CuratedPolicies.All.Select(CuratedView.Of).ToList(), ApiJson.Options))
            .WithName("listCuratedPolicies").WithSummary("Policies that come with Weir, each with its YAML").Produces<IReadOnlyList<CuratedView>>();
        Problems(routes.MapPost(Path, (Delegate)((HttpContext context) => Apply(context, policies)))
            .WithName("applyPolicy").WithSummary("Check a policy, and make or change it; what changes processes needs enforce").Accepts<PolicyBody>("application/json").Produces<PolicyAnswer>());
        Problems(routes.MapDelete(Path + "/{name}", (
                HttpContext context, [Description("Name of the policy")] string name, [Description("Its namespace; left out for one of the whole cluster")] string? @namespace) => Delete(context, policies, name, @namespace))
            .WithName("deletePolicy").WithSummary("Delete a policy").Produces(204));
        routes.MapSeedPolicies(policies);
    }

    /// <summary>An answer for what the cluster refused.</summary>
    public static IResult Failed(KubernetesException failure)
    {
        var (status, title) = failure.Fault switch
        {
            KubernetesFault.NotFound => (StatusCodes.Status404NotFound, "Not there"),
            KubernetesFault.Conflict => (StatusCodes.Status409Conflict, "Somebody else owns a part of it"),
            KubernetesFault.Invalid => (StatusCodes.Status422UnprocessableEntity, "The cluster does not take this policy"),
            // Not 403: the caller may, Weir may not.
            KubernetesFault.Forbidden or KubernetesFault.Unauthorized => (StatusCodes.Status502BadGateway, "The cluster does not let Weir do that"),
            _ => (StatusCodes.Status503ServiceUnavailable, "The cluster cannot be asked now"),
        };
        var extensions = new Dictionary<string, object?> { ["fault"] = System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.Fault.ToString()) };
        if (failure.Conflicts.Count > 0) extensions["conflicts"] = failure.Conflicts.Select(static one => new Dictionary<string, object> { ["field"] = one.Field, ["message"] = one.Message }).ToList();
        return Results.Problem(failure.Message, statusCode: status, title: title, extensions: extensions);
    }

    /// <summary>A policy that has passed the check, sent to the cluster; or what is wrong.</summary>
    public static async Task<IResult?> SendAsync(TracingPolicies policies, TracingPolicy policy, bool dryRun, bool takeOver, CancellationToken cancellation)
    {
        try
        {
            await policies.ApplyAsync(policy, dryRun, takeOver, cancellation);
            return null;
        }
        catch (KubernetesException e) when (e.Fault == KubernetesFault.NotFound)
        {
            return Results.Problem(
                $"The cluster has no {policy.Kind}, or no namespace {policy.Namespace}: is Tetragon installed? {e.Message}", statusCode: StatusCodes.Status422UnprocessableEntity,
                title: "A custom resource definition is missing", extensions: new Dictionary<string, object?> { ["fault"] = "missing_kind" });
        }
        catch (KubernetesException e)
        {
            return Failed(e);
        }
    }

    private static void Problems(RouteHandlerBuilder route) =>
        route.ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413).ProducesProblem(422).ProducesProblem(502).ProducesProblem(503);

    private static async Task<IResult> List(TracingPolicies policies, CancellationToken cancellation)
    {
        try
        {
            var found = await policies.ListAsync(cancellation);
            return Results.Json(new PolicyList(true, null, [.. found.Select(PolicyView.Of)]), ApiJson.Options);
        }
        catch (KubernetesException e)
        {
            var reason = e.Fault == KubernetesFault.NotFound ? "Tetragon is not installed: the cluster has no tracing policies" : e.Message;
            return Results.Json(new PolicyList(false, reason, []), ApiJson.Options);
        }
    }

    private static async Task<IResult> Apply(HttpContext context, TracingPolicies policies)
    {
        var (body, problem) = await RequestBody.Json<PolicyBody>(context, PolicyReader.MaxBytes + RequestForm.MaxBytes);
        if (problem is not null) return problem;
        var policy = PolicyReader.Read(Encoding.UTF8.GetBytes(body!.Yaml ?? ""), out var wrong);
        if (policy is { Problems.Count: 0 }) context.Describe($"{policy.Kind} {(policy.Namespace is { } space ? $"{space}/" : "")}{policy.Name}", body.DryRun ? "dry run" : policy.Mode);
        if (policy is null || wrong.Count > 0)
        {
            return Results.Problem(
                $"{(wrong[0].Path.Length > 0 ? $"{wrong[0].Path} " : "")}{wrong[0].Message}", statusCode: StatusCodes.Status422UnprocessableEntity, title: "This is no policy that Tetragon would load",
                extensions: new Dictionary<string, object?> { ["fault"] = "invalid", ["problems"] = wrong.Select(PolicyProblemView.Of).ToList() });
        }

        if (policy.Mode == "enforce" && !body.Enforce)
        {
            return Results.Problem(
                $"It would change what processes do ({string.Join(", ", policy.Enforcing)}). Set the option policy-mode to monitor first and look at what it would have done, or say enforce.",
                statusCode: StatusCodes.Status422UnprocessableEntity, title: "The policy enforces", extensions: new Dictionary<string, object?> { ["fault"] = "enforces", ["actions"] = policy.Enforcing });
        }

        return await SendAsync(policies, policy, body.DryRun, body.TakeOver, context.RequestAborted)
            ?? Results.Json(new PolicyAnswer(policy.Name, policy.Namespace, policy.Kind, policy.Mode, policy.Hooks, body.DryRun), ApiJson.Options);
    }

    private static async Task<IResult> Delete(HttpContext context, TracingPolicies policies, string name, string? space)
    {
        if (!KubernetesName.IsSubdomain(name)) return Problem.BadParameter("name", "is no name of Kubernetes (RFC 1123 subdomain)");
        if (!string.IsNullOrEmpty(space) && !KubernetesName.IsLabel(space)) return Problem.BadParameter("namespace", "is no name of a namespace");
        context.Describe(string.IsNullOrEmpty(space) ? name : $"{space}/{name}");
        try
        {
            await policies.DeleteAsync(name, string.IsNullOrEmpty(space) ? null : space, context.RequestAborted);
            return Results.NoContent();
        }
        catch (KubernetesException e)
        {
            return Failed(e);
        }
    }
}

/// <param name="Yaml">One TracingPolicy or TracingPolicyNamespaced.</param>
/// <param name="DryRun">The API server checks it and stores nothing.</param>
/// <param name="Enforce">It may change what processes do.</param>
/// <param name="TakeOver">Also changes what others own.</param>
internal sealed record PolicyBody(string? Yaml, bool DryRun = false, bool Enforce = false, bool TakeOver = false);

/// <param name="Name">Name.</param>
/// <param name="Namespace">Null for one of the whole cluster.</param>
/// <param name="Kind">TracingPolicy or TracingPolicyNamespaced.</param>
/// <param name="Mode">monitor or enforce.</param>
/// <param name="Hooks">What is hooked.</param>
/// <param name="DryRun">Nothing was stored.</param>
internal sealed record PolicyAnswer(string Name, string? Namespace, string Kind, string Mode, IReadOnlyList<string> Hooks, bool DryRun);

/// <param name="Path">JSON Pointer of the place.</param>
/// <param name="Line">From 1; 0 without.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record PolicyProblemView(string Path, int Line, string Message)
{
    public static PolicyProblemView Of(PolicyProblem one) => new(one.Path, one.Line, one.Message);
}

/// <param name="Name">Name.</param>
/// <param name="Namespace">Null for one of the whole cluster.</param>
/// <param name="Kind">TracingPolicy or TracingPolicyNamespaced.</param>
/// <param name="Mode">enforce when it changes what processes do, monitor otherwise.</param>
/// <param name="Hooks">What is hooked.</param>
/// <param name="Curated">It comes with Weir.</param>
internal sealed record PolicyView(string Name, string? Namespace, string Kind, string Mode, IReadOnlyList<string> Hooks, bool Curated)
{
    public static PolicyView Of(ClusterPolicy one) => new(one.Policy.Name, one.Policy.Namespace, one.Policy.Kind, one.Policy.Mode, one.Policy.Hooks, one.IsCurated);
}

/// <param name="Available">The cluster has tracing policies.</param>
/// <param name="Reason">Why not; null when it has.</param>
/// <param name="Policies">By namespace and name.</param>
internal sealed record PolicyList(bool Available, string? Reason, IReadOnlyList<PolicyView> Policies);

/// <param name="Name">Name.</param>
/// <param name="Namespace">Null for one of the whole cluster.</param>
/// <param name="Kind">TracingPolicy or TracingPolicyNamespaced.</param>
/// <param name="Mode">monitor or enforce.</param>
/// <param name="Hooks">What is hooked.</param>
/// <param name="Description">What it watches.</param>
/// <param name="Yaml">As it can be applied.</param>
internal sealed record CuratedView(string Name, string? Namespace, string Kind, string Mode, IReadOnlyList<string> Hooks, string Description, string Yaml)
{
    public static CuratedView Of(CuratedPolicy one) => new(one.Policy.Name, one.Policy.Namespace, one.Policy.Kind, one.Policy.Mode, one.Policy.Hooks, one.Description, one.Yaml);
}
