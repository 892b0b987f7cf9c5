using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Weir.Center.Mcp;

/// <summary>A route of this center, asked from inside on behalf of a caller: with its rights, limits and errors.</summary>
internal static class RouteCall
{
    /// <param name="context">The caller's request.</param>
    /// <param name="operation">Name of the route.</param>
    /// <param name="arguments">For its path and its query.</param>
    /// <param name="body">For its body; null where it has none.</param>
    /// <returns>Status and body as the route would answer over HTTP.</returns>
    /// <exception cref="InvalidOperationException">There is no such route: a mistake in the table of tools.</exception>
    public static async Task<(int Status, byte[] Body)> Ask(HttpContext context, string operation, IReadOnlyDictionary<string, string> arguments, byte[]? body)
    {
        var services = context.RequestServices;
        var endpoint = services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .FirstOrDefault(one => one.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == operation)
            ?? throw new InvalidOperationException($"no route is named {operation}");
        var inner = new DefaultHttpContext { RequestServices = services, User = context.User, RequestAborted = context.RequestAborted };
        inner.Request.Method = body is null ? HttpMethods.Get : HttpMethods.Post;
        inner.Request.Scheme = context.Request.Scheme;
        inner.Request.Host = context.Request.Host;
        inner.Request.Path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
        var path = endpoint.RoutePattern.Parameters.Select(static parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in arguments.Where(one => path.Contains(one.Key))) inner.Request.RouteValues[name] = value;
        inner.Request.QueryString = QueryString.Create(arguments.Where(one => !path.Contains(one.Key)).Select(static one => new KeyValuePair<string, string?>(one.Key, one.Value)));
        if (body is not null) (inner.Request.Body, inner.Request.ContentLength) = (new MemoryStream(body), body.Length);
        inner.SetEndpoint(endpoint);
        if (!await IsAllowed(inner, endpoint)) return (StatusCodes.Status403Forbidden, "{\"detail\":\"This needs another role\"}"u8.ToArray());
        using var answer = new MemoryStream();
        inner.Response.Body = answer;
        await endpoint.RequestDelegate!(inner);
        return (inner.Response.StatusCode, answer.ToArray());
    }

    /// <summary>What the middleware decides for requests from outside.</summary>
    private static async Task<bool> IsAllowed(HttpContext inner, RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null) return true;
        var policies = inner.RequestServices.GetRequiredService<IAuthorizationPolicyProvider>();
        var policy = await AuthorizationPolicy.CombineAsync(policies, endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>()) ?? await policies.GetFallbackPolicyAsync();
        var verdict = await inner.RequestServices.GetRequiredService<IAuthorizationService>().AuthorizeAsync(inner.User, inner, policy!);
        return verdict.Succeeded;
    }
}
