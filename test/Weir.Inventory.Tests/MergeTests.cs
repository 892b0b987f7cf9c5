using System.Text;
using Weir.Inventory.State;
using Xunit;

namespace Weir.Inventory.Tests;

/// <summary>What several centers learned, put together.</summary>
public class MergeTests
{
    [Fact]
    public void What_was_learned_apart_is_together_what_one_alone_would_have_learned()
    {
        var (whole, parts) = (new EndpointCatalogue(), new EndpointCatalogue[] { new(), new(), new() });
        for (var i = 0; i < 300; i++)
        {
            foreach (var catalogue in (EndpointCatalogue[])[whole, parts[i % 3]])
            {
                catalogue.Observe(Calls.Make("GET", $"/users/{i}?page={i}", i % 9 == 8 ? 404 : 200, """{"id":1,"tags":["a"]}""", client: $"web-{i % 4}", headers: [("Authorization", "Basic QWRhOngx")]));
                catalogue.Observe(Calls.Make("POST", $"/products/{(char)('a' + (i % 26))}qxz/reviews", 201, """{"a":null}""", """{"text":"x"}"""));
                catalogue.Observe(Calls.Make("DELETE", "/carts/mine", i % 50 == 0 ? 500 : 204));
            }
        }

        var together = new EndpointCatalogue();
        foreach (var part in parts) Assert.True(ServiceState.TryMerge(ServiceState.Write(part.Services["shop"]), together, out var error), error);
        Assert.Equal(whole.Routes(all: true), together.Routes(all: true));
        var (one, other) = (whole.Services["shop"], together.Services["shop"]);
        Assert.Equal(900, other.Calls);
        foreach (var endpoint in one.Endpoints)
        {
            var merged = other.Find(endpoint.Id)!;
            Assert.Equal((endpoint.Calls, endpoint.Unanswered, endpoint.Confirmed), (merged.Calls, merged.Unanswered, merged.Confirmed));
            Assert.Equal(endpoint.Responses.Select(static status => (status.Key, status.Value.Count)).Order(), merged.Responses.Select(static status => (status.Key, status.Value.Count)).Order());
            Assert.Equal(endpoint.Callers.Entries.Select(static entry => (entry.Key, entry.Value.Count)).Order(), merged.Callers.Entries.Select(static entry => (entry.Key, entry.Value.Count)).Order());
        }

        Assert.Equal(one.Findings.Entries.Select(static entry => (entry.Kind, entry.Structure, entry.Count)).Order(), other.Findings.Entries.Select(static entry => (entry.Kind, entry.Structure, entry.Count)).Order());
        // And it is kept like what one learned.
        var read = new EndpointCatalogue();
        Assert.True(ServiceState.TryRead(ServiceState.Write(other), read, out _));
        Assert.Equal(whole.Routes(all: true), read.Routes(all: true));
    }

    [Fact]
    public void Values_that_each_saw_too_few_of_are_a_parameter_together()
    {
        string[] names = ["bfgk", "cvtr", "dwqz", "frnm", "gtyp", "hjkl", "kmnp", "lpqr", "mrst", "nstv", "pqrx", "qrsw"];
        var (whole, parts) = (new EndpointCatalogue(), new EndpointCatalogue[] { new(), new(), new(), new(), new(), new() });
        for (var i = 0; i < names.Length; i++)
            foreach (var catalogue in (EndpointCatalogue[])[whole, parts[i % 6]]) catalogue.Observe(Calls.Make("GET", $"/users/{names[i]}", 200, """{"id":1,"name":"x","mail":"y"}"""));
        Assert.All(parts, static part => Assert.Equal(2, part.Routes().Length));
        Assert.Single(whole.Routes());
        var together = new EndpointCatalogue();
        foreach (var part in parts) Assert.True(ServiceState.TryMerge(ServiceState.Write(part.Services["shop"]), together, out _));
        Assert.Equal(whole.Routes(), together.Routes());
        Assert.Equal(12, Assert.Single(together.Services["shop"].Endpoints).Calls);
    }

    [Fact]
    public void A_decision_holds_for_what_others_learned_before_it_was_made()
    {
        var (mine, theirs) = (Users(0, 5), Users(5, 5));
        Assert.True(mine.Services["shop"].Undo("/users/{user_id}", 1));
        Assert.True(ServiceState.TryMerge(ServiceState.Write(theirs.Services["shop"]), mine, out _));
        Assert.DoesNotContain("GET /users/{user_id}", mine.Routes());
        mine.Observe(Calls.Make("GET", "/users/7"));
        Assert.Contains("GET /users/7", mine.Routes());

        // The other way round: what only the other decided is taken over.
        var fresh = Users(20, 2);
        Assert.True(ServiceState.TryMerge(ServiceState.Write(mine.Services["shop"]), fresh, out _));
        Assert.DoesNotContain("GET /users/{user_id}", fresh.Routes());
    }

    [Fact]
    public void Decisions_are_documents_of_their_own_and_the_last_word_about_a_place_holds()
    {
        var (one, other) = (Users(0, 5), Users(5, 5));
        Assert.True(one.Services["shop"].Accept("/users/{who}"));
        foreach (var decision in one.Services["shop"].Decisions.ToList())
        {
            Assert.Equal(decision, ServiceDecision.Read(decision.Write()));
            Assert.True(other.Apply(decision));
        }

        Assert.Equal(["GET /users/{who}"], other.Routes());
        Assert.Equal(one.Services["shop"].Decisions.OrderBy(static decision => decision.At), other.Services["shop"].Decisions.OrderBy(static decision => decision.At));
        Assert.True(other.Services["shop"].Undo("/users/{who}", 1));
        foreach (var decision in other.Services["shop"].Decisions.ToList()) Assert.True(one.Apply(decision));
        one.Observe(Calls.Make("GET", "/users/9"));
        Assert.Contains("GET /users/9", one.Routes());
        Assert.Equal(one.Services["shop"].Decisions.OrderBy(static decision => decision.At), other.Services["shop"].Decisions.OrderBy(static decision => decision.At));
        // Also of a service that nobody called here.
        var empty = new EndpointCatalogue();
        foreach (var decision in one.Services["shop"].Decisions.ToList()) Assert.True(empty.Apply(decision));
        empty.Observe(Calls.Make("GET", "/users/9"));
        Assert.Equal(["GET /users/9"], empty.Routes());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"version":2,"service":"shop","at":"/a"}""")]
    [InlineData("""{"version":1,"service":null,"at":7}""")]
    public void A_decision_that_cannot_be_read_is_none(string document) => Assert.Null(ServiceDecision.Read(Encoding.UTF8.GetBytes(document)));

    [Fact]
    public void Damaged_state_changes_nothing_that_is_known()
    {
        var catalogue = Users(0, 5);
        var before = ServiceState.Write(catalogue.Services["shop"]);
        var state = ServiceState.Write(Users(5, 5).Services["shop"]);
        Assert.False(ServiceState.TryMerge(state.AsMemory(0, state.Length - 7), catalogue, out var error));
        Assert.NotEmpty(error);
        Assert.Equal(before, ServiceState.Write(catalogue.Services["shop"]));
    }

    [Fact]
    public void A_service_that_is_full_takes_no_more()
    {
        var catalogue = new EndpointCatalogue(new CatalogueLimits { MaxEndpointsPerService = 3 });
        for (var i = 0; i < 3; i++) catalogue.Observe(Calls.Make("GET", $"/{(char)('a' + i)}list"));
        Assert.False(ServiceState.TryMerge(ServiceState.Write(Users(0, 5).Services["shop"]), catalogue, out _));
        Assert.Equal(3, catalogue.Routes().Length);
    }

    private static EndpointCatalogue Users(int from, int count)
    {
        var catalogue = new EndpointCatalogue();
        for (var i = from; i < from + count; i++) catalogue.Observe(Calls.Make("GET", $"/users/{i}"));
        return catalogue;
    }
}
