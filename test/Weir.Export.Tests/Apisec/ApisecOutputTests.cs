using Weir.Export.Apisec;
using Xunit;
using static Weir.Export.Tests.Apisec.ApisecCase;

namespace Weir.Export.Tests.Apisec;

/// <summary>The whole way from a call to the platform, over real sockets: every endpoint arrives, none twice.</summary>
public sealed class ApisecOutputTests : IDisposable
{
    private static readonly string[] s_shop =
    [
        "DELETE /api/users/{user_id}", "GET /api/orders/{order_id}/items", "GET /api/users", "GET /api/users/{user_id}", "POST /api/users", "PUT /api/users/{user_id}",
    ];

    private readonly ApisecCase _case = new();

    private StandIn Platform => _case.Platform;

    [Fact]
    public void Every_endpoint_arrives_once_with_its_template_however_often_it_is_called()
    {
        Platform.AddInstance();
        using (var output = _case.Open())
        {
            for (var round = 0; round < 20; round++) Send(output, Shop(round));
            output.Dispose();
            Assert.Equal(6, output.Added);
            Assert.All(output.Losses(), loss => Assert.Equal(0, loss.Value));
        }

        AssertShop();
    }

    [Theory]
    [InlineData(Mood.Fail)]
    [InlineData(Mood.Throttle)]
    [InlineData(Mood.Hang)]
    [InlineData(Mood.Lose)]
    [InlineData(Mood.LoseWith500)]
    [InlineData(Mood.Garble)]
    public void Every_endpoint_arrives_and_none_twice_whichever_request_goes_wrong(Mood mood)
    {
        // preview, list, add: each of them goes wrong once, then the first two in a row.
        foreach (var plan in (Mood[][])[[mood], [Mood.Answer, mood], [Mood.Answer, Mood.Answer, mood], [mood, mood, Mood.Answer, Mood.Answer, mood]])
        {
            using var one = new ApisecCase();
            one.Platform.AddInstance();
            one.Platform.Plan(plan);
            using (var output = one.Open(o => o with { Retry = o.Retry with { AnswerTimeout = TimeSpan.FromMilliseconds(mood == Mood.Hang ? 300 : 5000) } })) Send(output, Shop(1));
            Assert.Equal(s_shop, one.Platform.EndpointsOf());
            Assert.Empty(one.Platform.Violations);
        }
    }

    [Fact]
    public void A_platform_that_does_all_of_it_all_the_time_gets_every_endpoint_once()
    {
        Platform.AddInstance();
        var random = new Random(17);
        Mood[] moods = [Mood.Answer, Mood.Answer, Mood.Answer, Mood.Fail, Mood.Throttle, Mood.Lose, Mood.LoseWith500];
        for (var i = 0; i < 200; i++) Platform.Plan(moods[random.Next(moods.Length)]);
        string[] resources = ["orders", "users", "products", "invoices", "payments", "shipments", "carts", "reviews", "coupons", "reports"];
        using (var output = _case.Open(o => o with { BatchEndpoints = 7 }))
        {
            foreach (var name in resources)
            {
                Send(output, Call("GET", $"/{name}"), Call("POST", $"/{name}", "{\"a\":1}"), Call("GET", $"/{name}/4711"), Call("DELETE", $"/{name}/4711"), Call("GET", $"/{name}/search"));
                Thread.Sleep(random.Next(20));
                if (name is "invoices" or "reviews") Platform.Restart();
            }
        }

        var expected = resources.SelectMany(name => (string[])[$"GET /{name}", $"POST /{name}", $"GET /{name}/{{}}", $"DELETE /{name}/{{}}", $"GET /{name}/search"]);
        Assert.Equal(expected.Order(StringComparer.Ordinal), Platform.EndpointsOf().Select(one => one.Split(' ')[0] + " " + PathTemplate.Canonical(one.Split(' ')[1])).Order(StringComparer.Ordinal));
        Assert.Empty(Platform.Violations);
    }

    [Fact]
    public void What_could_not_be_sent_is_sent_by_the_next_run_and_what_was_sent_is_not()
    {
        Platform.AddInstance();
        using (var first = _case.Open()) Send(first, Call("GET", "/api/users"));
        Platform.Stop();
        using (var away = _case.Open(o => o with { DrainTime = TimeSpan.FromMilliseconds(100) }))
        {
            Send(away, Shop(1));
            away.Dispose();
            Assert.Equal(6, away.Waiting);
        }

        Assert.True(_case.Says("were not delivered: they stay in"));
        Platform.Start();
        // Nothing is called again: what waits on disk is sent by itself.
        using (var back = _case.Open())
        {
            Assert.True(_case.Says("6 endpoints of an earlier run wait"));
            Assert.True(Until(() => back.Waiting == 0));
        }

        AssertShop();
        var requests = Platform.Journal.Count;
        using (var again = _case.Open()) Send(again, Shop(2));
        Assert.Equal(requests, Platform.Journal.Count);
    }

    [Fact]
    public void Without_the_memory_of_what_was_sent_the_platform_is_asked_and_nothing_is_added_twice()
    {
        Platform.AddInstance();
        using (var first = _case.Open()) Send(first, Shop(1));
        Directory.Delete(_case.Spool, recursive: true);
        using (var other = _case.Open())
        {
            Send(other, Shop(2));
            other.Dispose();
            Assert.Equal((0, 6), (other.Added, other.Updated));
        }

        AssertShop();
    }

    [Fact]
    public void A_refused_token_stops_everything_says_so_and_a_new_one_goes_on()
    {
        Platform.AddInstance();
        Platform.Accepted = "another-token-9876543210";
        var token = Path.Combine(_case.Spool, "..", "token");
        File.WriteAllText(token, StandIn.Token + "\n");
        using var output = _case.Open(o => o with { Token = null, TokenPath = token });
        Send(output, Shop(1));
        Assert.True(Until(() => output.Stopped is not null));
        Assert.Contains("401", output.Stopped, StringComparison.Ordinal);
        Assert.True(_case.Says("STOPPED"));
        var asked = Platform.Journal.Count;
        Send(output, Call("GET", "/later"));
        Assert.True(Until(() => output.Waiting == 7));
        Assert.Equal(asked, Platform.Journal.Count);
        File.WriteAllText(token, "another-token-9876543210");
        Assert.True(Until(() => output is { Waiting: 0, Added: 7 }));
        Assert.Null(output.Stopped);
        Assert.False(_case.Says(StandIn.Token) || _case.Says("another-token"));
    }

    [Fact]
    public void A_forbidden_request_stops_too_and_the_end_does_not_wait_for_it()
    {
        Platform.AddInstance();
        Platform.Rule = (_, _) => Mood.Forbidden;
        using var output = _case.Open();
        Send(output, Shop(1));
        Assert.True(Until(() => output.Stopped is not null));
        output.Dispose();
        Assert.Equal(6, output.Waiting);
        Assert.Single(Platform.Journal);
    }

    [Fact]
    public void One_endpoint_that_the_platform_refuses_is_left_out_counted_and_does_not_hold_up_the_others()
    {
        Platform.AddInstance();
        var previews = 0;
        // The batch, then each alone: the third is the one.
        Platform.Rule = (_, path) => path.EndsWith("preview", StringComparison.Ordinal) && ++previews is 1 or 4 ? Mood.Reject : null;
        using var output = _case.Open();
        Send(output, Shop(1));
        output.Dispose();
        Assert.Equal(1, Count(output.Losses(), "apisec_refused"));
        Assert.Equal(5, Platform.EndpointsOf().Count);
        Assert.True(_case.Says("was refused and is left out"));
        Assert.Empty(Platform.Violations);
    }

    [Fact]
    public void A_batch_that_goes_on_failing_lets_the_others_pass()
    {
        Platform.AddInstance();
        Platform.AddInstance("bad", "app-2", "inst-2");
        _case.Configure("\"orders\":{\"appId\":\"app-1\",\"instanceId\":\"inst-1\"},\"bad\":{\"appId\":\"app-2\",\"instanceId\":\"inst-2\"}");
        Platform.Rule = (_, path) => path.Contains("inst-2", StringComparison.Ordinal) ? Mood.Fail : null;
        using var output = _case.Open(o => o with { DrainTime = TimeSpan.FromSeconds(1) });
        Send(output, Call("GET", "/never", host: "bad"));
        Assert.True(Until(() => output.Waiting == 1));
        Send(output, Shop(1));
        // What was delivered is counted before it leaves the spool.
        Assert.True(Until(() => output is { Added: 6, Waiting: 1 }));
    }

    [Fact]
    public void A_batch_that_is_too_large_for_the_platform_is_sent_one_by_one()
    {
        Platform.AddInstance();
        Platform.MaxPreview = 1;
        using (var output = _case.Open()) Send(output, Shop(1));
        AssertShop();
    }

    [Fact]
    public void A_new_shape_of_body_is_committed_and_the_same_shape_is_not()
    {
        Platform.AddInstance();
        using (var output = _case.Open())
        {
            Send(output, Call("POST", "/pay", """{"amount":12.5,"card":"4000"}"""));
            Assert.True(Until(() => output.Added == 1));
            Send(output, Call("POST", "/pay", """{"card":"4111","amount":1}"""), Call("POST", "/pay", """{"amount":3,"iban":"X","tags":["a","b"]}"""));
            Assert.True(Until(() => output.Updated == 1));
        }

        var pay = Assert.Single(Platform.Applications["app-1"].Instances["inst-1"].Endpoints);
        Assert.Equal(["""{"amount":0,"card":"string"}""", """{"amount":0,"iban":"string","tags":["string"]}"""], pay.Bodies);
        Assert.Equal(1, pay.Commits);
        Assert.Equal(["Accept", "Content-Type", "X-Api-Version"], pay.Headers.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("string", pay.Headers["X-Api-Version"]);
        Assert.Empty(Platform.Violations);
    }

    [Fact]
    public void A_raw_endpoint_on_the_platform_gets_its_template_beside_it()
    {
        var instance = Platform.AddInstance();
        instance.Endpoints.Add(new StandIn.Endpoint("GET", "/api/users/8812"));
        using (var output = _case.Open()) Send(output, Call("GET", "/api/users/8812"));
        Assert.Equal(["GET /api/users/8812", "GET /api/users/{user_id}"], Platform.EndpointsOf());
    }

    [Fact]
    public void A_template_with_other_names_is_the_same_endpoint()
    {
        var instance = Platform.AddInstance();
        instance.Endpoints.Add(new StandIn.Endpoint("GET", "/api/users/{id}"));
        using (var output = _case.Open()) Send(output, Call("GET", "/api/users/8812"));
        Assert.Equal(["GET /api/users/{id}"], Platform.EndpointsOf());
        Assert.Equal(1, instance.Endpoints[0].Commits);
    }

    [Fact]
    public void Calls_that_no_service_confirmed_and_shapes_without_end_are_counted()
    {
        Platform.AddInstance();
        using var output = _case.Open();
        Send(output, Call("GET", "/wp-admin", status: 404));
        for (var i = 0; i < 20; i++) Send(output, Call("POST", "/map", $$"""{"key{{i}}":1}"""));
        output.Dispose();
        Assert.Equal(1, Count(output.Ignored(), "apisec_unconfirmed"));
        Assert.Equal(20 - ApisecLimits.Default.MaxShapes, Count(output.Ignored(), "apisec_shapes"));
        Assert.Equal(["POST /map"], Platform.EndpointsOf());
    }

    public void Dispose() => _case.Dispose();

    private static Weir.Records.Exchange[] Shop(int id) =>
    [
        Call("GET", "/api/users"), Call("POST", "/api/users", $$"""{"name":"n{{id}}","age":{{id}}}""", status: 201), Call("GET", $"/api/users/{8800 + id}"),
        Call("PUT", $"/api/users/{8800 + id}", """{"name":"x"}"""), Call("DELETE", $"/api/users/{8800 + id}", status: 204), Call("GET", $"/api/orders/{100 + id}/items", query: "page=1"),
    ];

    private void AssertShop()
    {
        Assert.Equal(s_shop, Platform.EndpointsOf());
        Assert.Empty(Platform.Violations);
    }
}
