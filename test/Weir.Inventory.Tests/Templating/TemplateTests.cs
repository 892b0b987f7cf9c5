using System.Globalization;
using Weir.Inventory.Catalogue;
using Weir.Inventory.Templating;
using Xunit;

namespace Weir.Inventory.Tests.Templating;

public class TemplateTests
{
    private readonly EndpointCatalogue _catalogue = new();

    private Endpoint? Get(string path, int status = 200, string? body = null) => _catalogue.Observe(Calls.Make("GET", path, status, body));

    [Fact]
    public void A_value_is_a_parameter_the_first_time_it_is_seen_and_named_after_what_it_follows()
    {
        Get("/users/17/orders/550e8400-e29b-41d4-a716-446655440000");
        Assert.Equal(["GET /users/{user_id}/orders/{order_id}"], _catalogue.Routes());
    }

    [Fact]
    public void Names_are_unique_in_a_path()
    {
        Get("/links/1/2/3");
        Get("/users/7/users/8");
        Assert.Equal(["GET /links/{link_id}/{id}/{id_2}", "GET /users/{user_id}/users/{user_id_2}"], _catalogue.Routes());
    }

    [Fact]
    public void A_route_beside_a_parameter_stays_one()
    {
        for (var i = 0; i < 50; i++) Get($"/users/{i}", body: """{"id":1,"name":"x","email":"a@b.c"}""");
        Get("/users/me", body: """{"id":1,"name":"x","email":"a@b.c"}""");
        Get("/users/summary", body: """{"total":5,"active":3}""");
        Assert.Equal(["GET /users/me", "GET /users/summary", "GET /users/{user_id}"], _catalogue.Routes());
    }

    [Fact]
    public void Titles_that_answers_repeat_are_values()
    {
        Get("/products", body: """{"items":[{"slug":"x","price":1}]}""");
        foreach (var slug in new[] { "red-mug", "wool-blanket" }) Get($"/products/{slug}", body: $$"""{"slug":"{{slug}}","price":12.5}""");
        Get("/products/featured", body: """{"items":[{"slug":"red-mug","price":1}]}""");
        Assert.Equal(["GET /products", "GET /products/featured", "GET /products/{product}"], _catalogue.Routes());
        Assert.Equal(Reason.Echoed, _catalogue.Services["shop"].Endpoints.Single(e => e.Template.EndsWith('}')).Explain()[1].Reason);
    }

    [Fact]
    public void Names_that_differ_in_nothing_else_become_one_parameter_and_what_follows_them_too()
    {
        foreach (var owner in new[] { "octocat", "torvalds", "weir", "ada", "grace", "linus", "zed", "kim" })
        foreach (var repo in new[] { "hallo-welt", "linux", "zephyr", "qemu", "xz" })
        {
            Get($"/repos/{owner}/{repo}", body: """{"stars":1,"forks":2,"default_branch":"main"}""");
            Get($"/repos/{owner}/{repo}/issues", body: """[{"number":1,"title":"x"}]""");
        }

        Assert.Equal(["GET /repos/{repo}/{name}", "GET /repos/{repo}/{name}/issues"], _catalogue.Routes());
    }

    [Fact]
    public void Collections_that_share_an_envelope_stay_apart()
    {
        foreach (var (name, field) in new[] { ("users", "email"), ("orders", "total"), ("products", "price"), ("invoices", "due"), ("carts", "lines"), ("reviews", "stars"), ("coupons", "code"), ("brands", "logo"), ("stores", "city"), ("returns", "reason") })
            for (var i = 0; i < 4; i++) Get($"/api/v1/{name}", body: $$$"""{"items":[{"id":1,"{{{field}}}":"x","{{{name}}}Id":4}],"total":3,"page":1}""");
        Assert.Equal(10, _catalogue.Routes().Length);
    }

    [Fact]
    public void Languages_become_a_parameter()
    {
        foreach (var locale in new[] { "en-US", "de-DE", "fr-FR", "pt-BR" }) Get($"/{locale}/help", body: """{"text":"x"}""");
        Assert.Equal(["GET /{locale}/help"], _catalogue.Routes());
    }

    [Fact]
    public void A_calendar_has_its_own_names()
    {
        Get("/archive/2024/05/17");
        Get("/archive/2023/12/31");
        Assert.Equal(["GET /archive/{year}/{month}/{day}"], _catalogue.Routes());
    }

    [Fact]
    public void Endings_and_verbs_stay_behind_the_parameter()
    {
        Get("/invoices/17.pdf");
        Get("/invoices/17");
        _catalogue.Observe(Calls.Make("POST", "/operations/88:cancel"));
        Assert.Equal(["GET /invoices/{invoice_id}", "GET /invoices/{invoice_id}.pdf", "POST /operations/{operation_id}:cancel"], _catalogue.Routes());
    }

    [Fact]
    public void What_only_answers_not_found_is_no_endpoint()
    {
        Get("/users/1");
        Get("/wp-login.php", 404);
        Get("/admin/backup", 401);
        _catalogue.Observe(Calls.Make("DELETE", "/users/1", 405));
        Assert.Equal(["GET /users/{user_id}"], _catalogue.Routes());
        Assert.Equal(4, _catalogue.Routes(all: true).Length);
    }

    [Fact]
    public void A_wrong_id_belongs_to_the_endpoint_of_the_right_ones()
    {
        Get("/users/1");
        Get("/users/99999", 404);
        var endpoint = Assert.Single(_catalogue.Services["shop"].Endpoints);
        Assert.Equal([200, 404], endpoint.Responses.Keys);
    }

    [Fact]
    public void A_word_that_answers_differently_is_split_off_again()
    {
        for (var i = 0; i < 12; i++) Get($"/tags/zzyx{(char)('a' + i)}q", body: """{"tag":"t","uses":3,"first":"2024-01-01"}""");
        for (var i = 0; i < 5; i++) Get("/tags/qqtrends", body: """{"rising":[],"falling":[]}""");
        Get("/tags/qqtrends", body: """{"rising":[],"falling":[]}""");
        Assert.Equal(["GET /tags/qqtrends", "GET /tags/{tag}"], _catalogue.Routes());
        Assert.Equal(Reason.Repaired, _catalogue.Services["shop"].Endpoints.Single(e => e.Template == "/tags/qqtrends").Explain()[1].Reason);
    }

    [Fact]
    public void What_a_person_takes_back_stays_taken_back()
    {
        for (var i = 0; i < 20; i++) Get($"/plans/{i % 4}", body: """{"name":"x","price":1}""");
        Assert.Equal(["GET /plans/{plan_id}"], _catalogue.Routes());
        Assert.True(_catalogue.Services["shop"].Undo("/plans/{plan_id}", 1));
        for (var i = 0; i < 40; i++) Get($"/plans/{i % 4}", body: """{"name":"x","price":1}""");
        Assert.Equal(["GET /plans/0", "GET /plans/1", "GET /plans/2", "GET /plans/3"], _catalogue.Routes());
        Assert.True(_catalogue.Services["shop"].Forget("/plans/{plan_id}", 1));
        Get("/plans/7", body: """{"name":"x","price":1}""");
        Assert.Contains("GET /plans/{plan_id}", _catalogue.Routes());
    }

    [Fact]
    public void What_a_person_accepts_holds_from_then_on_with_the_name_given()
    {
        Get("/teams/blue");
        Get("/teams/overview");
        Assert.True(_catalogue.Services["shop"].Accept("/teams/overview"));
        Assert.True(_catalogue.Services["shop"].Accept("/teams/{team}/members/{who}"));
        Get("/teams/red");
        Get("/teams/red/members/leader");
        Get("/teams/overview");
        Assert.Equal(["GET /teams/overview", "GET /teams/{team}", "GET /teams/{team}/members/{who}"], _catalogue.Routes());
    }

    [Fact]
    public void A_decision_can_come_before_the_traffic()
    {
        Assert.True(_catalogue.Expect("shop")!.Accept("/files/{path}"));
        Get("/files/reports");
        Get("/files/photos");
        Assert.Equal(["GET /files/{path}"], _catalogue.Routes());
    }

    [Fact]
    public void The_Location_of_a_thing_made_says_that_its_name_is_a_value()
    {
        foreach (var name in new[] { "quuxa", "quuxb" })
        {
            _catalogue.Observe(Calls.Make("POST", "/queues", 201, responseHeaders: [("Location", $"http://shop/queues/{name}")]));
            Get($"/queues/{name}");
        }

        Assert.Equal(["GET /queues/{queue}", "POST /queues"], _catalogue.Routes());
    }

    [Fact]
    public void A_trailing_slash_is_no_other_endpoint_and_shows_where_everybody_sends_it()
    {
        Get("/users/");
        Get("/users/");
        Get("/carts");
        Get("/carts/");
        Get("/carts");
        Assert.Equal(["GET /carts", "GET /users/"], _catalogue.Routes());
    }

    [Fact]
    public void Every_decision_is_explained()
    {
        for (var i = 0; i < 12; i++) Get($"/api/users/{i}");
        var explained = _catalogue.Services["shop"].Endpoints.Single().Explain();
        Assert.Equal(["api", "users", "{user_id}"], explained.Select(static one => one.Segment));
        Assert.Equal("rule form: values look like integer; 12 samples, about 12 different", explained[2].Text);
    }

    [Fact]
    public void Braces_and_odd_bytes_in_paths_make_no_parameters()
    {
        Get("/a/{x}/b");
        Get("/caf\u00e9/\u6f22");
        Assert.All(_catalogue.Routes(), static route => Assert.DoesNotContain("{x}", route, StringComparison.Ordinal));
    }

    [Fact]
    public void Endpoint_ids_do_not_change_when_a_parameter_gets_another_name()
    {
        var before = Get("/users/17")!.Id;
        Get(string.Create(CultureInfo.InvariantCulture, $"/users/{Guid.Empty}"));
        Assert.Equal(before, Get("/users/18")!.Id);
    }
}
