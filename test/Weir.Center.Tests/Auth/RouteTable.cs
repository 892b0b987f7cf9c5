using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Weir.Center.Auth;

namespace Weir.Center.Tests.Auth;

/// <summary>Every route that a center has, so that a test can forget none.</summary>
internal static class RouteTable
{
    /// <param name="Name">Method and pattern.</param>
    /// <param name="Address">A path that fits it.</param>
    /// <param name="Role">Null when it is open to all.</param>
    /// <param name="Parameters">Parts of the path that callers choose.</param>
    internal sealed record Route(string Name, string Address, Role? Role, IReadOnlyList<string> Parameters)
    {
        public string Method => Name.Split(' ')[0];
    }

    public static List<Route> Of(TestCenter center)
    {
        var routes = new List<Route>();
        foreach (var endpoint in center.Host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>())
        {
            var pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods;
            Assert.NotNull(methods);
            var address = pattern.Replace("{documentName}", "v1", StringComparison.Ordinal).Replace("*path", "", StringComparison.Ordinal).Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
            foreach (var method in methods)
                routes.Add(new Route($"{method} {pattern}", address, RouteRoles.RoleOf(endpoint.Metadata, method), [.. endpoint.RoutePattern.Parameters.Select(static one => one.Name)]));
        }

        return routes;
    }
}
