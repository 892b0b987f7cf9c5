using Microsoft.AspNetCore.Http;

namespace Weir.Center.Api;

/// <summary>Errors as problem details (RFC 9457).</summary>
internal static class Problem
{
    public static IResult BadParameter(string parameter, string detail, int? column = null, int? length = null)
    {
        var extensions = new Dictionary<string, object?> { ["parameter"] = parameter };
        if (column is not null) extensions["column"] = column;
        if (length is not null) extensions["length"] = length;
        return Results.Problem(detail, statusCode: StatusCodes.Status400BadRequest, title: "A parameter is not understood", extensions: extensions);
    }

    public static IResult NotFound(string detail) =>
        Results.Problem(detail, statusCode: StatusCodes.Status404NotFound, title: "Not found");

    public static IResult Unavailable(string detail) =>
        Results.Problem(detail, statusCode: StatusCodes.Status503ServiceUnavailable, title: "Not available now");
}
