using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Weir.Center.Auth;

/// <summary>
/// Which role a route asks for. A route that says nothing asks for <see cref="Role.Viewer"/> when it is read and for
/// <see cref="Role.Operator"/> when it changes something; <c>AllowAnonymous()</c> opens it to all.
/// </summary>
internal static class RouteRoles
{
    public static TBuilder RequireRole<TBuilder>(this TBuilder route, Role role)
        where TBuilder : IEndpointConventionBuilder => route.RequireAuthorization(role.Name());

    /// <summary>The policies behind <see cref="RequireRole"/>, and that of routes that say nothing.</summary>
    public static void AddRoutePolicies(this IServiceCollection services)
    {
        var authorization = services.AddAuthorizationBuilder();
        foreach (var role in Enum.GetValues<Role>()) authorization.AddPolicy(role.Name(), policy => policy.AddRequirements(new RoleRequirement(role)));
        authorization.SetFallbackPolicy(new AuthorizationPolicyBuilder().AddRequirements(new RoleRequirement(null)).Build());
        services.AddSingleton<IAuthorizationHandler, RoleHandler>();
    }

    /// <summary>The role that an endpoint asks for; null when it is open to all.</summary>
    public static Role? RoleOf(EndpointMetadataCollection metadata, string method)
    {
        if (metadata.GetMetadata<IAllowAnonymous>() is not null) return null;
        return Roles.Parse(metadata.GetMetadata<IAuthorizeData>()?.Policy) ?? Default(method);
    }

    private static Role Default(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? Role.Viewer : Role.Operator;

    /// <param name="Role">Null for what follows from the method.</param>
    private sealed record RoleRequirement(Role? Role) : IAuthorizationRequirement;

    private sealed class RoleHandler : AuthorizationHandler<RoleRequirement>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RoleRequirement requirement)
        {
            if (Caller.Of(context.User) is { } caller && context.Resource is HttpContext http && caller.Role.Includes(requirement.Role ?? Default(http.Request.Method)))
                context.Succeed(requirement);
            return Task.CompletedTask;
        }
    }
}
