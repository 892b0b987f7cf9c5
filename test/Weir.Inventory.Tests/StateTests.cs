using System.Text;
using System.Text.Json.Nodes;
using Weir.Inventory.OpenApi;
using Weir.Inventory.Security;
using Weir.Inventory.State;
using Xunit;

namespace Weir.Inventory.Tests;

public class StateTests
{
    private static EndpointCatalogue Learned()
    {
        var catalogue = new EndpointCatalogue();
        for (var i = 0; i < 60; i++)
        {
            catalogue.Observe(Calls.Make("GET", $"/users/{i}?page={i}", i % 9 == 8 ? 404 : 200, """{"id":1,"tags":["a"],"map":{"1":1,"2":1,"3":1,"4":1,"5":1},"mail":"***email***"}""", headers: [("Authorization", "Basic QWRhOngx"), ("X-Tenant", "t")]));
            catalogue.Observe(Calls.Make("POST", $"/products/{(char)('a' + (i % 20))}qxz/reviews", 201, """{"a":null}""", """{"text":"x","stars":5}"""));
        }

        catalogue.Services["shop"].Accept("/plans/{plan}");
        catalogue.Services["shop"].Undo("/users/{user_id}", 1);
        for (var i = 0; i < 3; i++) catalogue.Observe(Calls.Make("GET", $"/plans/{(char)('a' + i)}"));
        return catalogue;
    }

    [Fact]
    public void Everything_learned_and_decided_survives()
    {
        var before = Learned();
        var state = ServiceState.Write(before.Services["shop"]);
        var after = new EndpointCatalogue();
        Assert.True(ServiceState.TryRead(state, after, out var error), error);
        Assert.Equal(before.Routes(all: true), after.Routes(all: true));
        Assert.Equal(OpenApiBuilder.Build(before.Services["shop"], true).ToJsonString(), OpenApiBuilder.Build(after.Services["shop"], true).ToJsonString());
        Assert.Equal(ServiceFindings.Of(before.Services["shop"]), ServiceFindings.Of(after.Services["shop"]));
        Assert.Equal(Details(before), Details(after));
        Assert.Equal(Encoding.UTF8.GetString(state), Encoding.UTF8.GetString(ServiceState.Write(after.Services["shop"])));
    }

    [Fact]
    public void What_was_decided_goes_on_after_a_restart()
    {
        var catalogue = new EndpointCatalogue();
        Assert.True(ServiceState.TryRead(ServiceState.Write(Learned().Services["shop"]), catalogue, out _));
        catalogue.Observe(Calls.Make("GET", "/users/1"));
        catalogue.Observe(Calls.Make("GET", "/plans/gold"));
        Assert.Contains("GET /users/1", catalogue.Routes());
        Assert.Contains("GET /plans/{plan}", catalogue.Routes());
        Assert.DoesNotContain("GET /plans/gold", catalogue.Routes());
    }

    [Fact]
    public void Damaged_state_is_refused_whole_and_never_throws()
    {
        var state = ServiceState.Write(Learned().Services["shop"]);
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var damaged = state[..(i % 3 == 0 ? random.Next(state.Length) : state.Length)];
            for (var n = random.Next(4); n > 0 && damaged.Length > 0; n--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            var catalogue = new EndpointCatalogue();
            if (!ServiceState.TryRead(damaged, catalogue, out _)) Assert.DoesNotContain("shop", catalogue.Services.Keys);
        }
    }

    [Fact]
    public void Limits_hold_for_what_is_read()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxEndpointsPerService = 2, MaxNodesPerService = 6 });
        Assert.True(ServiceState.TryRead(ServiceState.Write(Learned().Services["shop"]), catalogue, out _));
        Assert.InRange(catalogue.Services["shop"].Endpoints.Count(), 0, 2);
        Assert.InRange(catalogue.Services["shop"].Tree.Nodes, 1, 6);
    }

    private static string Details(EndpointCatalogue catalogue) => new JsonArray([.. catalogue.Services["shop"].Endpoints
        .OrderBy(static one => one.Template, StringComparer.Ordinal).ThenBy(static one => one.Method, StringComparer.Ordinal).Select(one => (JsonNode)EndpointJson.Detail(catalogue.Services["shop"], one)).ToArray()]).ToJsonString();
}
