using Weir.Inventory.Catalogue;
using Weir.Inventory.Schemas;
using Weir.Packets;
using Weir.Records;
using Weir.Testing;
using Weir.Records.Credentials;
using Xunit;

namespace Weir.Inventory.Tests;

public class CatalogueTests
{
    private readonly EndpointCatalogue _catalogue = new();

    private Endpoint Only => Assert.Single(_catalogue.Services["shop"].Endpoints);

    [Fact]
    public void An_endpoint_knows_its_calls_statuses_parameters_types_and_times()
    {
        for (var i = 0; i < 4; i++)
            _catalogue.Observe(Calls.Make("POST", $"/users/{i}/orders?dry=true&page={i}", i == 3 ? 409 : 201, """{"id":1}""", """{"sku":"x","count":2}""", headers: [("X-Tenant", "acme"), ("User-Agent", "t"), ("X-Request-Id", "r")], timeNs: Calls.EpochNs + i));
        var endpoint = Only;
        Assert.Equal(("POST", "/users/{user_id}/orders", 4L), (endpoint.Method, endpoint.Template, endpoint.Calls));
        Assert.Equal([201, 409], endpoint.Responses.Keys);
        Assert.Equal(3, endpoint.Responses[201].Count);
        Assert.Equal(["dry", "page"], endpoint.Query.Keys.Order());
        Assert.Equal(SchemaTypes.Boolean, endpoint.Query["dry"].Schema.Types);
        Assert.Equal(SchemaTypes.Integer, endpoint.Query["page"].Schema.Types);
        Assert.Equal(["x-tenant"], endpoint.Headers.Keys);
        Assert.Equal("application/json", Assert.Single(endpoint.Request.Bodies).Key);
        Assert.Equal(3, endpoint.Request.Bodies["application/json"].Count);
        Assert.Equal((Calls.EpochNs, Calls.EpochNs + 3), (endpoint.FirstNs, endpoint.LastNs));
        Assert.Equal("/users/0/orders?dry=true&page=0", endpoint.Example);
        Assert.InRange(endpoint.Latency.QuantileUs(0.5), 3000, 3600);
        Assert.Equal(4, endpoint.Callers.Entries["10.0.0.7"].Count);
    }

    [Fact]
    public void Schemas_widen_and_merge()
    {
        foreach (var body in new[] { """{"a":1,"b":null,"c":[1],"id":"550e8400-e29b-41d4-a716-446655440000"}""", """{"a":1.5,"b":"x","c":[],"id":"550e8400-e29b-41d4-a716-446655440001"}""", """{"a":99999999999,"c":["x"],"d":{"e":true},"id":"550e8400-e29b-41d4-a716-446655440002"}""" })
            _catalogue.Observe(Calls.Make("GET", "/x", 200, body));
        var schema = Only.Responses[200].Bodies["application/json"].Schema!;
        Assert.Equal(SchemaTypes.Integer | SchemaTypes.Number, schema.Properties!["a"].Types);
        Assert.Equal(SchemaTypes.Null | SchemaTypes.String, schema.Properties["b"].Types);
        Assert.False(schema.IsRequired(schema.Properties["b"]));
        Assert.True(schema.IsRequired(schema.Properties["a"]));
        Assert.Equal(SchemaTypes.Integer | SchemaTypes.String, schema.Properties["c"].Items!.Types);
        Assert.Equal(StringFormat.Uuid, schema.Properties["id"].Format);
        Assert.Equal(SchemaTypes.Boolean, schema.Properties["d"].Properties!["e"].Types);
    }

    [Theory]
    [InlineData("a=1&b=x+y", "application/x-www-form-urlencoded")]
    [InlineData("--q\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--q\r\nContent-Disposition: form-data; name=\"b\"; filename=\"f\"\r\n\r\nxx\r\n--q--\r\n", "multipart/form-data; boundary=q")]
    public void Forms_have_schemas_too(string body, string type)
    {
        _catalogue.Observe(Calls.Make("POST", "/f", 200, request: body, requestType: type));
        var schema = Only.Request.Bodies[type.Split(';')[0]].Schema!;
        Assert.Equal(SchemaTypes.Integer, schema.Properties!["a"].Types);
        Assert.Equal(SchemaTypes.String, schema.Properties["b"].Types);
    }

    [Fact]
    public void Keys_that_are_data_make_a_map()
    {
        for (var i = 0; i < 3; i++) _catalogue.Observe(Calls.Make("GET", "/stock", 200, """{"1001":{"n":1},"1002":{"n":2},"1003":{"n":2},"1004":{"n":2},"1005":{"n":3},"1006":{"n":4}}"""));
        var schema = Only.Responses[200].Bodies["application/json"].Schema!;
        Assert.True(schema.IsMap);
        Assert.Equal(SchemaTypes.Integer, schema.Values!.Properties!["n"].Types);
    }

    [Fact]
    public void Masked_values_keep_their_class_and_show_no_format_of_their_own()
    {
        _catalogue.Observe(Calls.Make("GET", "/u/***email***", 200, """{"mail":"***email***","key":"***api_key***"}"""));
        Assert.Equal("/u/{u_token}", Only.Template);
        var schema = Only.Responses[200].Bodies["application/json"].Schema!;
        Assert.Equal(("email", StringFormat.Email), (schema.Properties!["mail"].Sensitive, schema.Properties["mail"].Format));
        Assert.Equal("api_key", schema.Properties["key"].Sensitive);
    }

    [Fact]
    public void What_calls_identify_themselves_with_is_seen()
    {
        foreach (var header in new[] { ("Authorization", "Bearer abc"), ("Authorization", "Basic QWRhOngxMjM0NTY3OA=="), ("X-API-Key", "k"), ("Cookie", "sessionid=1; theme=dark"), ("Accept", "*/*") })
            _catalogue.Observe(Calls.Make("GET", "/x", headers: [header]));
        Assert.Equal([AuthKinds.None, AuthKinds.Basic, AuthKinds.Bearer, AuthKinds.ApiKeyHeader, AuthKinds.Session], Only.Auth.Keys.Order());
        Assert.Equal(1, Only.AnonymousSuccesses);
    }

    [Fact]
    public void Services_are_told_apart_by_name_and_by_port_where_the_name_says_little()
    {
        foreach (var host in new[] { "Orders:8080", "orders", "127.0.0.1:81", "127.0.0.1:82", "localhost:9" }) _catalogue.Observe(Calls.Make("GET", "/x", host: host));
        var known = Calls.Make("GET", "/x", host: "whatever");
        (known.Server.Service, known.Server.Namespace) = ("orders", "prod");
        _catalogue.Observe(known);
        Assert.Equal(["127.0.0.1:81", "127.0.0.1:82", "localhost:9", "orders", "prod/orders"], _catalogue.Services.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void GraphQL_operations_and_gRPC_methods_are_endpoints()
    {
        foreach (var name in new[] { "GetUser", "GetUser", "ListOrders" })
        {
            var call = Calls.Make("POST", "/graphql", 200, """{"data":{}}""");
            call.GraphQl.Operations.Add(new GraphQlOperation(GraphQlType.Query, call.GraphQl.Text.Append(System.Text.Encoding.ASCII.GetBytes(name)), default));
            _catalogue.Observe(call);
        }

        var grpc = Calls.Make("POST", "/shop.Orders/Get12345", 200);
        grpc.Grpc.Present = true;
        _catalogue.Observe(grpc);
        var endpoints = _catalogue.Services["shop"].Endpoints.OrderBy(static one => one.Operation, StringComparer.Ordinal).ToList();
        Assert.Equal([(EndpointKind.Grpc, ""), (EndpointKind.GraphQl, "query GetUser"), (EndpointKind.GraphQl, "query ListOrders")], endpoints.Select(static one => (one.Kind, one.Operation)));
        Assert.Equal("/shop.Orders/Get12345", endpoints[0].Template);
        Assert.Equal(2, endpoints[1].Calls);
    }

    [Fact]
    public void What_is_first_seen_is_told_once_and_remembered_in_order()
    {
        var told = new List<string>();
        _catalogue.EndpointFirstSeen += seen => told.Add($"{seen.Endpoint.Method} {seen.Endpoint.Template}");
        foreach (var path in new[] { "/a", "/b/1", "/b/2", "/a" }) _catalogue.Observe(Calls.Make("GET", path));
        _catalogue.Observe(Calls.Make("GET", "/nothing", 404));
        Assert.Equal(["GET /a", "GET /b/{b_id}"], told);
        Assert.Equal(["GET /b/{b_id}"], _catalogue.FirstSeenAfter(1).Select(static seen => $"{seen.Endpoint.Method} {seen.Endpoint.Template}"));
    }

    [Fact]
    public void What_is_no_call_of_an_endpoint_is_passed_over()
    {
        _catalogue.Observe(Calls.Make("OPTIONS", "*"));
        _catalogue.Observe(Calls.Make("CONNECT", "/x"));
        var running = Calls.Make("GET", "/x");
        running.InProgress = true;
        _catalogue.Observe(running);
        var answer = Calls.Make("GET", "/x");
        answer.HasRequest = false;
        _catalogue.Observe(answer);
        Assert.Empty(_catalogue.Services);
        Assert.Equal(3, _catalogue.Ignored);
    }

    [Theory]
    [InlineData("/users/17/orders", false, false)]
    [InlineData("/users/17/orders?page=2&sort=asc", false, false)]
    [InlineData("/users/17/orders", true, false)]
    [InlineData("/users/17/orders", false, true)]
    public void A_call_of_a_known_kind_allocates_nothing(string target, bool headers, bool body)
    {
        var call = Calls.Make("GET", target, 200, body ? """{"items":[{"id":1,"name":"x","at":"2026-01-31T12:00:00Z"}],"total":3}""" : null, headers: headers ? [("X-Tenant", "acme"), ("Cookie", "a=b")] : null);
        for (var i = 0; i < 600; i++) _catalogue.Observe(call);
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            // Between two doublings, at which siblings are compared.
            for (var i = 0; i < 10; i++) _catalogue.Observe(call);
        }));
    }
}
