using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Weir.Center.Auth;

/// <summary>Says in the OpenAPI document how to show who one is, which operations ask for it, and for which role.</summary>
internal static class OpenApiSecurity
{
    private const string BearerScheme = "token";
    private const string SessionScheme = "session";

    public static void AddSecurity(this OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[BearerScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An access token of POST /api/login, or an API token of POST /api/v1/tokens.",
            };
            document.Components.SecuritySchemes[SessionScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = "weir_session_PORT",
                Description = $"The session of a browser, of POST /api/v1/session. What changes something also carries the header {SameOrigin.Header}.",
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var method = context.Description.HttpMethod ?? "GET";
            if (RouteRoles.RoleOf(new(context.Description.ActionDescriptor.EndpointMetadata), method) is not { } role) return Task.CompletedTask;
            operation.Security = [Requirement(context.Document, BearerScheme), Requirement(context.Document, SessionScheme)];
            operation.Description = $"Role: {role.Name()}.";
            operation.Responses ??= [];
            operation.Responses["401"] = new OpenApiResponse { Description = "Nobody is known by what was shown" };
            operation.Responses["403"] = new OpenApiResponse { Description = "The role does not suffice, or the request comes from another site" };
            return Task.CompletedTask;
        });
    }

    private static OpenApiSecurityRequirement Requirement(OpenApiDocument? document, string scheme) => new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
}
