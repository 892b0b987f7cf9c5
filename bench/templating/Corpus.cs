using System.Globalization;

namespace Weir.Benchmarks.Templating;

/// <summary>A route of a generated API: what its OpenAPI document says, and how values for it are made.</summary>
/// <param name="Method">Upper case.</param>
/// <param name="Parts">Literals, or null where a parameter stands.</param>
/// <param name="Values">A maker for each parameter, in order.</param>
/// <param name="Fields">Top-level names of what it answers.</param>
/// <param name="Echo">Name of the field that repeats the last parameter; null when none does.</param>
internal sealed record Route(string Method, string?[] Parts, Func<Random, string>[] Values, string[] Fields, string? Echo)
{
    /// <summary>With {} where a parameter stands: how routes are compared, since names are a matter of taste.</summary>
    public string Structure => $"{Method} /{string.Join('/', Parts.Select(static part => part ?? "{}"))}";
}

/// <summary>One call of a route.</summary>
/// <param name="Method">Upper case.</param>
/// <param name="Path">As it would be sent.</param>
/// <param name="Status">Answered.</param>
/// <param name="Body">Answered; null without one.</param>
internal sealed record Call(string Method, string Path, int Status, string? Body);

/// <summary>A generated API with its routes and its traffic.</summary>
internal sealed record Api(string Style, IReadOnlyList<Route> Routes, IReadOnlyList<Call> Calls);

/// <summary>
/// Makes APIs with known routes. Everything follows from the seed. The vocabulary stands in this folder, and is not the dictionary that
/// Weir ships: it has brands, made-up names and words that look like ids, which no dictionary has.
/// </summary>
internal sealed class Corpus(int seed)
{
    private static readonly string[] s_styles = ["plain", "versioned", "dated", "nested", "slugs", "archive", "tenants", "locales", "files", "code-host", "odd-words", "flat"];

    private readonly Random _random = new(seed);

    public IEnumerable<Api> Make(int count)
    {
        for (var i = 0; i < count; i++) yield return One(s_styles[i % s_styles.Length]);
    }

    private Api One(string style)
    {
        var resources = Pick(Vocabulary.Resources, _random.Next(2, 7));
        var prefix = style switch
        {
            "versioned" => Any<string?[]>(["api", "v1"], ["v2"], ["api", "v3"], ["api", "2"], ["1.0"], ["rest", "latest"]),
            "dated" => Any<string?[]>(["2010-04-01"], ["api", "2024-10-01"]),
            "plain" => ["api"],
            _ => _random.Next(2) == 0 ? [] : ["api", "v1"],
        };
        var routes = new List<Route>();
        foreach (var resource in resources) Add(routes, style, prefix, resource);
        Extra(routes, style, prefix);
        var distinct = routes.DistinctBy(static route => route.Structure).ToList();
        return new Api(style, distinct, Traffic(distinct));
    }

    private void Add(List<Route> routes, string style, string?[] prefix, string resource)
    {
        var fields = Pick(Vocabulary.Fields, _random.Next(3, 8));
        string[] list = ["items", "total", "page"];
        var (value, echo) = Id(style);
        string?[] all = [.. prefix, resource];
        string?[] one = [.. all, null];
        routes.Add(new Route("GET", all, [], [.. list, resource + "Count"], null));
        routes.Add(new Route("GET", one, [value], fields, echo));
        if (_random.Next(2) == 0) routes.Add(new Route("POST", all, [], fields, null));
        if (_random.Next(2) == 0) routes.Add(new Route("PUT", one, [value], fields, echo));
        if (_random.Next(3) == 0) routes.Add(new Route("DELETE", one, [value], [], null));
        // Routes beside the parameter, as they are in nearly every API.
        foreach (var word in Pick(Vocabulary.Siblings, _random.Next(0, 3)))
            routes.Add(new Route("GET", [.. all, word], [], [word + "Of", "generatedAt", .. Pick(Vocabulary.Fields, 2)], null));
        if (_random.Next(5) < 2) return;
        var (inner, innerEcho) = Id(style == "nested" ? "plain" : style);
        foreach (var child in Pick(Vocabulary.Resources, _random.Next(1, style == "nested" ? 4 : 2)).Where(child => child != resource))
        {
            routes.Add(new Route("GET", [.. one, child], [value], [.. list, child + "Count"], null));
            if (_random.Next(2) == 0) routes.Add(new Route("GET", [.. one, child, null], [value, inner], Pick(Vocabulary.Fields, 5), innerEcho));
            if (style == "nested") routes.Add(new Route("PATCH", [.. one, child, null, Pick(Vocabulary.Actions, 1)[0]], [value, inner], ["accepted", "at"], null));
        }

        foreach (var action in Pick(Vocabulary.Actions, _random.Next(0, 3))) routes.Add(new Route("POST", [.. one, action], [value], ["state", action + "At"], null));
    }

    private void Extra(List<Route> routes, string style, string?[] prefix)
    {
        routes.Add(new Route("GET", [Any("health", "healthz", "status")], [], ["status"], null));
        if (_random.Next(2) == 0) routes.Add(new Route("POST", [.. prefix, "auth", Any("login", "token", "refresh")], [], ["accessToken", "expiresIn"], null));
        switch (style)
        {
            case "archive":
                routes.Add(new Route("GET", [.. prefix, "archive", null, null, null], [Year, Month, Day], ["posts", "previous", "next"], null));
                routes.Add(new Route("GET", [.. prefix, "reports", "daily", null], [Date], ["rows", "generated"], null));
                break;
            case "locales":
                routes.Add(new Route("GET", [.. prefix, "content", null, "pages", null], [Values.Locale, Values.Slug], ["title", "blocks", "slug"], "slug"));
                break;
            case "files":
                routes.Add(new Route("GET", [.. prefix, "exports", null], [static r => $"{r.Next(1000, 99999)}.csv"], [], null));
                routes.Add(new Route("GET", ["static", "app.js"], [], [], null));
                routes.Add(new Route("GET", ["favicon.ico"], [], [], null));
                break;
            case "code-host":
                routes.Add(new Route("GET", [.. prefix, "repos", null, null], [Values.Handle, Values.Handle], ["stars", "forks", "default_branch", "name"], "name"));
                routes.Add(new Route("GET", [.. prefix, "repos", null, null, "issues"], [Values.Handle, Values.Handle], ["items", "open"], null));
                routes.Add(new Route("GET", [.. prefix, "repos", null, null, "commits", null], [Values.Handle, Values.Handle, Values.Sha], ["sha", "message", "parents"], "sha"));
                break;
            case "odd-words":
                foreach (var word in Pick(Vocabulary.OddLiterals, 4)) routes.Add(new Route("GET", [.. prefix, word, Any("setup", "settings", "usage")], [], [word + "State", "enabled"], null));
                routes.Add(new Route("GET", [.. prefix, "errors", "404"], [], ["text"], null));
                break;
            case "tenants":
                foreach (var resource in Pick(Vocabulary.Resources, 2))
                    routes.Add(new Route("GET", [.. prefix, "t", null, resource], [Values.Handle], ["items", resource + "Count"], null));
                break;
            case "flat":
                foreach (var word in Pick(Vocabulary.Actions, 6)) routes.Add(new Route("POST", [.. prefix, word], [], ["result"], null));
                break;
            default: break;
        }
    }

    private (Func<Random, string> Value, string? Echo) Id(string style)
    {
        var echo = _random.Next(10) < 7;
        return style switch
        {
            "slugs" => Any<(Func<Random, string>, string?)>((Values.Slug, echo ? "slug" : null), (Values.Title, echo ? "slug" : null), (Values.Country, echo ? "name" : null)),
            "files" => Any<(Func<Random, string>, string?)>((Values.FileName, null), (Values.Uuid, echo ? "id" : null)),
            "tenants" => Any<(Func<Random, string>, string?)>((Values.Email, echo ? "email" : null), (Values.Handle, echo ? "handle" : null), (Values.Integer, echo ? "id" : null)),
            _ => Any<(Func<Random, string>, string?)>(
                (Values.Integer, echo ? "id" : null), (Values.Integer, echo ? "id" : null), (Values.Uuid, echo ? "id" : null), (Values.ObjectId, echo ? "_id" : null), (Values.Prefixed, echo ? "id" : null),
                (Values.Ulid, echo ? "id" : null), (Values.Order, echo ? "number" : null), (Values.Nano, echo ? "id" : null), (Values.Sku, echo ? "sku" : null)),
        };
    }

    /// <summary>Every route is called, ten to sixty times, some with ids that are not there; a scanner passes by.</summary>
    private List<Call> Traffic(List<Route> routes)
    {
        var calls = new List<Call>();
        foreach (var route in routes)
        {
            // Few values and many calls, or the other way round: a service has its regulars.
            var known = route.Values.Select(value => Enumerable.Range(0, _random.Next(4, 40)).Select(_ => value(_random)).ToArray()).ToArray();
            var count = _random.Next(10, 60);
            for (var i = 0; i < count; i++)
            {
                var values = known.Select(some => some[_random.Next(some.Length)]).ToArray();
                var missing = route.Values.Length > 0 && i > 0 && _random.Next(20) == 0;
                calls.Add(Call(route, values, missing));
            }
        }

        for (var i = 0; i < 10; i++) calls.Add(new Call("GET", "/" + Vocabulary.Scans[_random.Next(Vocabulary.Scans.Length)], 404, null));
        for (var i = calls.Count - 1; i > 0; i--)
        {
            var other = _random.Next(i + 1);
            (calls[i], calls[other]) = (calls[other], calls[i]);
        }

        return calls;
    }

    private static Call Call(Route route, string[] values, bool missing)
    {
        var next = 0;
        var path = "/" + string.Join('/', route.Parts.Select(part => part ?? values[next++]));
        if (missing) return new Call(route.Method, path, 404, """{"title":"Not Found","status":404}""");
        if (route.Fields.Length == 0) return new Call(route.Method, path, route.Method == "DELETE" ? 204 : 200, null);
        var fields = route.Fields.Select(field => $"\"{field}\":{Vocabulary.ValueOf(field)}");
        if (route.Echo is { } echo) fields = fields.Where(one => !one.StartsWith($"\"{echo}\"", StringComparison.Ordinal)).Append($"\"{echo}\":\"{values[^1]}\"");
        return new Call(route.Method, path, 200, $"{{{string.Join(',', fields)}}}");
    }

    private static string Year(Random random) => random.Next(2015, 2027).ToString(CultureInfo.InvariantCulture);

    private static string Month(Random random) => random.Next(1, 13).ToString("00", CultureInfo.InvariantCulture);

    private static string Day(Random random) => random.Next(1, 29).ToString("00", CultureInfo.InvariantCulture);

    private static string Date(Random random) => $"{Year(random)}-{Month(random)}-{Day(random)}";

    private T Any<T>(params T[] of) => of[_random.Next(of.Length)];

    private string[] Pick(string[] from, int count) => [.. from.OrderBy(_ => _random.Next()).Take(count)];
}
