using System.Globalization;
using System.Text;
using Xunit;

namespace Weir.Inventory.Tests;

/// <summary>Memory is bounded whatever the traffic is: every row of the catalogue in docs/limits.md.</summary>
public class LimitTests
{
    [Fact]
    public void Paths_made_up_without_end_stay_bounded()
    {
        var catalogue = new EndpointCatalogue();
        var random = new Random(3);
        for (var i = 0; i < 40_000; i++)
        {
            var path = (i % 4) switch
            {
                0 => $"/{random.Next():x}{(char)('g' + random.Next(15))}",
                1 => $"/a{random.Next(50)}z/{Word(random)}/{Word(random)}",
                2 => $"/{Word(random)}/{i}/{Word(random)}",
                _ => $"/static/{Word(random)}",
            };
            catalogue.Observe(Calls.Make("GET", path, i % 3 == 0 ? 404 : 200));
        }

        var service = catalogue.Services["shop"];
        Assert.InRange(service.Tree.Nodes, 1, catalogue.Limits.MaxNodesPerService);
        Assert.InRange(service.Endpoints.Count(), 1, catalogue.Limits.MaxEndpointsPerService);
        Assert.Equal(service.Tree.Root.Subtree().Count(), service.Tree.Nodes);
        Assert.True(service.Tree.Root.Subtree().All(node => node.Literals.Count <= catalogue.Limits.MaxLiteralsPerNode));
    }

    [Fact]
    public void Bodies_that_bring_nothing_new_are_read_now_and_then()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { QuietBodies = 50 });
        void Call(int times, string body)
        {
            for (var i = 0; i < times; i++) catalogue.Observe(Calls.Make("GET", $"/users/{i}?page=1", 200, body));
        }

        Call(51, """{"id":1,"name":"x"}""");
        Call(8_000, """{"id":1,"name":"x"}""");
        var endpoint = Assert.Single(catalogue.Services["shop"].Endpoints);
        var body = endpoint.Responses[200].Bodies["application/json"];
        Assert.Equal((8_051L, 8_051L, 8_051L), (endpoint.Calls, body.Count, endpoint.Query["page"].Count));
        Assert.InRange(body.Schema!.Objects, 51 + 800, 51 + 1_200);
        Assert.All(body.Schema.Properties!.Values, property => Assert.Equal(body.Schema.Objects, property.Samples));
        // Something new is found, and then all are read again for a while.
        Call(400, """{"id":1,"name":"x","note":"y"}""");
        Assert.True(body.Schema.Properties.TryGetValue("note", out var note));
        Assert.InRange(note.Samples, 51, 150);
        Assert.DoesNotContain(catalogue.Services["shop"].Endpoints, static one => one.Template.Contains("/1", StringComparison.Ordinal));
    }

    [Fact]
    public void Services_have_a_limit()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxServices = 3 });
        for (var i = 0; i < 9; i++) catalogue.Observe(Calls.Make("GET", "/x", host: $"host{(char)('a' + i)}.example"));
        Assert.Equal((3, 6L), (catalogue.Services.Count, catalogue.ServicesRefused));
    }

    [Fact]
    public void Endpoints_have_a_limit_in_a_service_and_in_all()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxEndpointsPerService = 3, MaxEndpoints = 5 });
        foreach (var host in new[] { "a", "b" })
        foreach (var name in new[] { "users", "orders", "carts", "teams" })
            catalogue.Observe(Calls.Make("GET", $"/{name}", host: host));
        Assert.Equal([3, 2], catalogue.Services.Values.Select(static service => service.Endpoints.Count()));
        Assert.Equal(3, catalogue.PathsRefused);
    }

    [Fact]
    public void Nodes_of_a_path_tree_have_a_limit()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxNodesPerService = 10 });
        foreach (var name in new[] { "users", "orders", "carts", "teams", "plans", "tasks", "rooms", "cards", "loans", "claims", "leads" }) catalogue.Observe(Calls.Make("GET", $"/{name}"));
        Assert.InRange(catalogue.Services["shop"].Tree.Nodes, 1, 10);
        Assert.True(catalogue.PathsRefused > 0);
    }

    [Fact]
    public void Too_many_literals_at_one_place_become_a_parameter()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxLiteralsPerNode = 8 });
        for (var i = 0; i < 40; i++) catalogue.Observe(Calls.Make("POST", $"/{Word(new Random(i))}", 204));
        Assert.Contains(catalogue.Routes(), static route => route.Contains('{', StringComparison.Ordinal));
        Assert.InRange(catalogue.Services["shop"].Tree.Root.Literals.Count, 0, 8);
    }

    [Fact]
    public void What_nobody_confirms_gives_way_to_what_is_newer()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxUnconfirmedPerService = 10 });
        catalogue.Observe(Calls.Make("GET", "/users/1"));
        for (var i = 0; i < 200; i++) catalogue.Observe(Calls.Make("GET", $"/{Word(new Random(i))}/scan", 404));
        Assert.InRange(catalogue.Routes(all: true).Length, 2, 12);
        Assert.Equal(["GET /users/{user_id}"], catalogue.Routes());
    }

    [Fact]
    public void Segments_beyond_the_limit_become_one()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxSegments = 4 });
        catalogue.Observe(Calls.Make("GET", "/a/b/c/d/e/f/g"));
        Assert.Equal(["GET /a/b/c/{c}"], catalogue.Routes());
    }

    [Fact]
    public void A_path_beyond_the_limit_is_left_out_and_counted()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxPathBytes = 20 });
        Assert.Null(catalogue.Observe(Calls.Make("GET", "/" + new string('a', 30))));
        Assert.Equal(1, catalogue.PathsRefused);
    }

    [Fact]
    public void Values_of_a_parameter_that_are_remembered_have_a_limit()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxValuesPerParameter = 4 });
        for (var i = 0; i < 500; i++) catalogue.Observe(Calls.Make("GET", $"/users/{i}"));
        var parameter = catalogue.Services["shop"].Endpoints.Single().PathParameters.Single();
        Assert.Equal(4, parameter.Values.Entries.Count);
        Assert.InRange(parameter.Distinct, 425, 575);
    }

    [Fact]
    public void Decisions_of_people_have_a_limit()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxPinsPerService = 3 });
        var service = catalogue.Expect("shop")!;
        Assert.True(service.Accept("/a/{x}"));
        Assert.True(service.Accept("/b/{x}"));
        Assert.False(service.Accept("/c/{x}"));
    }

    [Fact]
    public void What_one_endpoint_may_hold_of_each_kind_has_a_limit()
    {
        var limits = new CatalogueLimits { MaxStatuses = 3, MaxContentTypes = 3, MaxParameters = 3, MaxCallers = 3, MaxSensitive = 3 };
        var catalogue = new EndpointCatalogue(limits);
        for (var i = 0; i < 10; i++)
        {
            var call = Calls.Make("POST", $"/x?p{i}=1", 200 + i, "x", "y", responseType: $"text/t{i}", requestType: $"text/t{i}", headers: [($"X-H{i}", "1"), ("Cookie", $"c{i}=1")], client: $"w{i}");
            call.Sensitive.Add(new Records.SensitiveData($"class{i}", "request.body", 1));
            catalogue.Observe(call);
        }

        var endpoint = catalogue.Services["shop"].Endpoints.Single();
        Assert.Equal((3, 3, 3, 3, 3, 3, 3), (endpoint.Responses.Count, endpoint.Request.Bodies.Count, endpoint.Query.Count, endpoint.Headers.Count, endpoint.Cookies.Count, endpoint.Callers.Entries.Count, endpoint.Sensitive.Count));
        Assert.True(endpoint.Overflow > 0);
    }

    [Fact]
    public void Giant_and_deep_and_wide_bodies_stay_bounded()
    {
        var catalogue = new EndpointCatalogue();
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200);
        var wide = "{" + string.Join(',', Enumerable.Range(0, 3000).Select(static i => $"\"k{i}x\":{{\"a\":1}}")) + "}";
        var giant = $"{{\"{new string('k', 5000)}\":1,\"b\":2}}";
        foreach (var body in new[] { deep, wide, giant, "{", "[1,", "\"\\ud800\"", "nul", "{\"a\":1}trailing", new string('[', 5000) }) catalogue.Observe(Calls.Make("GET", "/x", 200, body));
        for (var i = 0; i < 2000; i++) catalogue.Observe(Calls.Make("GET", "/y", 200, $"{{\"{Word(new Random(i))}\":{{\"{Word(new Random(-i))}\":1}}}}"));
        foreach (var endpoint in catalogue.Services["shop"].Endpoints)
        {
            var schema = endpoint.Responses[200].Bodies["application/json"].Schema!;
            Assert.InRange(schema.CountNodes(), 1, catalogue.Limits.MaxSchemaNodesPerEndpoint);
            Assert.DoesNotContain(schema.Properties?.Keys.ToList() ?? [], static name => name.Length > 96);
        }
    }

    [Fact]
    public void Schema_nodes_have_a_limit_in_an_endpoint_and_in_all()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxSchemaNodesPerEndpoint = 5, MaxSchemaNodes = 8 });
        foreach (var path in new[] { "/a", "/b", "/c" }) catalogue.Observe(Calls.Make("GET", path, 200, """{"a":1,"b":2,"c":3,"d":{"e":1},"f":1}"""));
        var counts = catalogue.Services["shop"].Endpoints.Select(static endpoint => endpoint.Responses[200].Bodies["application/json"].Schema?.CountNodes() ?? 0).ToList();
        Assert.All(counts, static count => Assert.InRange(count, 0, 5));
        Assert.Equal(8, counts.Sum());
    }

    [Fact]
    public void A_body_is_read_up_to_the_limit()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxBodyBytes = 16 });
        catalogue.Observe(Calls.Make("GET", "/x", 200, """{"first":1,"second":2}"""));
        Assert.Equal(["first"], catalogue.Services["shop"].Endpoints.Single().Responses[200].Bodies["application/json"].Schema!.Properties!.Keys);
    }

    [Fact]
    public void The_list_of_endpoints_first_seen_and_the_findings_have_limits()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxFirstSeen = 2, MaxFindingsPerService = 2 });
        foreach (var name in new[] { "users", "orders", "carts", "teams" }) catalogue.Observe(Calls.Make("GET", $"/{name}?access_token=x"));
        Assert.Equal([3L, 4L], catalogue.FirstSeenAfter(0).Select(static seen => seen.Sequence));
        Assert.Equal(2, Security.ServiceFindings.Of(catalogue.Services["shop"]).Count(static one => one.Kind == Security.FindingKind.SecretInUrl));
        Assert.Equal(2, catalogue.Services["shop"].Findings.Refused);
    }

    [Fact]
    public void Random_bytes_as_calls_never_throw()
    {
        var random = new Random(11);
        var catalogue = new EndpointCatalogue();
        for (var i = 0; i < 3000; i++)
            catalogue.Observe(Calls.Make(Noise(random, 6), "/" + Noise(random, 40), random.Next(-5, 1000), Noise(random, 60), Noise(random, 60), Noise(random, 12), Noise(random, 20), Noise(random, 30), [(Noise(random, 9), Noise(random, 30)), ("Authorization", Noise(random, 40)), ("Cookie", Noise(random, 30))]));
        foreach (var service in catalogue.Services.Values) Assert.NotEmpty(Weir.Inventory.OpenApi.YamlWriter.Write(Weir.Inventory.OpenApi.OpenApiBuilder.Build(service, unconfirmed: true)));
    }

    private static string Noise(Random random, int most)
    {
        const string signs = "aZ0/{}[]\":,=&;%?#.-_ \\\u0001\u00e9*'\n";
        var text = new StringBuilder();
        for (var i = random.Next(1, most); i > 0; i--) text.Append(signs[random.Next(signs.Length)]);
        return text.ToString();
    }

    private static string Word(Random random) => string.Create(CultureInfo.InvariantCulture, $"{(char)('a' + random.Next(26))}{(char)('a' + random.Next(26))}q{(char)('a' + random.Next(26))}x{(char)('a' + random.Next(26))}z");
}
