using Weir.Export.Apisec;
using Xunit;
using static Weir.Export.Tests.Apisec.ApisecCase;

namespace Weir.Export.Tests.Apisec;

/// <summary>What is bounded, and what happens there.</summary>
public sealed class ApisecLimitTests : IDisposable
{
    private readonly ApisecCase _case = new();

    [Fact]
    public void Without_room_an_endpoint_is_counted_and_its_next_call_offers_it_again()
    {
        _case.Platform.AddInstance();
        using var output = _case.Open(o => o with { Limits = o.Limits with { MaxWaiting = 1 }, Tick = TimeSpan.FromSeconds(2) });
        Send(output, Call("GET", "/a"), Call("GET", "/b"));
        Assert.Equal(1, Count(output.Losses(), "apisec_queue_full"));
        Assert.True(Until(() => output.Added == 1));
        Send(output, Call("GET", "/b"));
        Assert.True(Until(() => output.Added == 2));
    }

    [Fact]
    public void A_file_waits_for_room()
    {
        _case.Platform.AddInstance();
        using (var output = _case.Open(o => o with { Limits = o.Limits with { MaxWaiting = 1 }, WaitForRoom = true }))
        {
            for (var i = 0; i < 10; i++) Send(output, Call("GET", $"/r{i}/list"));
            output.Dispose();
            Assert.Equal(0, Count(output.Losses(), "apisec_queue_full"));
        }

        Assert.Equal(10, _case.Platform.EndpointsOf().Count);
    }

    [Fact]
    public void Of_too_many_deliveries_the_older_half_is_forgotten()
    {
        Directory.CreateDirectory(_case.Spool);
        var path = Path.Combine(_case.Spool, "delivered.keys");
        using (var keys = new DeliveredKeys(path, 10, _case.Told.Add))
        {
            for (ulong i = 1; i <= 11; i++) keys.Add(i);
            Assert.Equal(5, keys.Count);
            Assert.False(keys.Contains(6));
            Assert.True(keys.Contains(7) && keys.Contains(11));
        }

        File.AppendAllText(path, "half a li");
        using var again = new DeliveredKeys(path, 10, _case.Told.Add);
        Assert.True(again.Contains(7) && again.Contains(11) && again.Count == 5);
    }

    [Fact]
    public void A_body_beyond_the_limit_is_not_sent()
    {
        var instance = _case.Platform.AddInstance();
        using (var output = _case.Open(o => o with { Limits = o.Limits with { MaxBodyBytes = 100 } })) Send(output, Call("POST", "/big", $$"""{"a":"{{new string('x', 200)}}"}"""));
        Assert.Empty(Assert.Single(instance.Endpoints).Bodies);
    }

    [Fact]
    public void An_answer_without_end_is_no_answer()
    {
        var instance = _case.Platform.AddInstance();
        instance.Endpoints.AddRange(Enumerable.Range(0, 100).Select(i => new StandIn.Endpoint("GET", $"/already/there/{i}/with/a/long/name")));
        using var output = _case.Open(o => o with { Limits = o.Limits with { MaxAnswerBytes = 2000 }, DrainTime = TimeSpan.Zero });
        Send(output, Call("GET", "/a"));
        Assert.True(Until(() => _case.Says("more than 2000 bytes")));
        output.Dispose();
        Assert.Equal((0, 1), (output.Added, output.Waiting));
    }

    public void Dispose() => _case.Dispose();
}
