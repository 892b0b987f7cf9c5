using System.Text;
using Weir.Export.Spool;
using Weir.Records;
using Xunit;

namespace Weir.Export.Tests.Spool;

/// <summary>A batch that a receiver may have waits for that receiver.</summary>
public sealed class BondTests : IDisposable
{
    private static readonly UInt128 s_one = UInt128.MaxValue / 3;

    private static readonly UInt128 s_two = 2;

    private readonly string _root = Directory.CreateTempSubdirectory("weir-bond-").FullName;
    private readonly ExchangeIdGenerator _ids = new();
    private readonly SpoolClock _clock = new();

    [Fact]
    public void A_batch_under_way_is_given_to_nobody_else()
    {
        using var spool = Open();
        Append(spool, 2);
        Assert.True(spool.TryTake(out var first, s_one));
        Assert.True(spool.TryTake(out var second, s_two));
        Assert.NotEqual(first.Id, second.Id);
        Assert.False(spool.TryTake(out _, s_one));
    }

    [Fact]
    public void A_bound_batch_is_for_its_receiver_and_the_next_one_for_any()
    {
        using var spool = Open();
        Append(spool, 2);
        Assert.True(spool.TryTake(out var bound, s_one));
        spool.Bind(bound, s_one);
        spool.Rest(bound);
        Assert.True(spool.TryTake(out var other, s_two));
        Assert.NotEqual(bound.Id, other.Id);
        Assert.False(spool.TryTake(out _, s_two));
        Assert.True(spool.TryTake(out var again, s_one));
        Assert.Equal(bound.Id, again.Id);
        spool.Remove(again);
        spool.Remove(other);
        Assert.True(spool.IsEmpty);
        Assert.Empty(Directory.GetFiles(_root, "*.batch", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_bond_outlives_the_process()
    {
        using (var spool = Open())
        {
            Append(spool, 1);
            Assert.True(spool.TryTake(out var batch, s_one));
            spool.Bind(batch, s_one);
        }

        using var again = Open();
        Assert.Equal(1, again.Messages);
        Assert.False(again.TryTake(out _, s_two));
        Assert.True(again.TryTake(out var same, s_one));
        Assert.Equal("payload", Encoding.UTF8.GetString(same.Payload));
        again.Remove(same);
        Assert.Empty(Directory.GetFiles(_root, "*.batch", SearchOption.AllDirectories));
    }

    [Fact]
    public void After_its_time_any_receiver_may_have_a_bound_batch()
    {
        using var spool = Open(TimeSpan.FromMinutes(30));
        Append(spool, 1);
        Assert.True(spool.TryTake(out var batch, s_one));
        spool.Bind(batch, s_one);
        spool.Rest(batch);
        _clock.Pass(TimeSpan.FromMinutes(29));
        Assert.False(spool.TryTake(out _, s_two));
        _clock.Pass(TimeSpan.FromMinutes(2));
        Assert.True(spool.TryTake(out var taken, s_two));
        // From now on it is the other's.
        spool.Bind(taken, s_two);
        spool.Rest(taken);
        Assert.False(spool.TryTake(out _, s_one));
        Assert.True(spool.TryTake(out _, s_two));
    }

    [Fact]
    public void A_clock_that_is_set_ends_no_bond()
    {
        using var spool = Open(TimeSpan.FromMinutes(30));
        Append(spool, 1);
        Assert.True(spool.TryTake(out var batch, s_one));
        spool.Bind(batch, s_one);
        spool.Rest(batch);
        _clock.Set(TimeSpan.FromHours(5));
        Assert.False(spool.TryTake(out _, s_two));
        _clock.Set(TimeSpan.FromHours(-10));
        _clock.Pass(TimeSpan.FromMinutes(31));
        Assert.True(spool.TryTake(out _, s_two));
    }

    [Fact]
    public void A_batch_under_way_does_not_grow_too_old_but_one_at_rest_does()
    {
        using var spool = Open();
        Append(spool, 2);
        Assert.True(spool.TryTake(out _, s_one));
        _clock.Pass(TimeSpan.FromDays(2));
        Assert.False(spool.TryTake(out _, s_one));
        Assert.Equal((1, 1), (spool.DroppedExpired, spool.Messages));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private DeliverySpool Open(TimeSpan? bondAge = null) =>
        new(SpoolDirectory.Open("center", _root, ""), SpoolLimits.Default, _clock, static _ => { }, bondAge);

    private void Append(DeliverySpool spool, int batches)
    {
        for (var i = 0; i < batches; i++)
            spool.TryAppend(new SpoolBatch(_ids.Next(_clock.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000), 1, true, "payload"u8.ToArray()), mayDrop: true);
    }
}
