using Weir.Center.Respond;
using Weir.Center.Respond.Shared;
using Weir.Storage;

namespace Weir.Center.Tests.Respond;

/// <summary>Who is there among centers over one store, and who answers for whom.</summary>
public class CenterLeasesTests
{
    private readonly Clock _clock = new();
    private readonly Store _store;

    public CenterLeasesTests() => _store = new Store(_clock);

    [Fact]
    public void A_center_is_there_until_its_lease_is_given_back_or_old()
    {
        var (one, other) = (Of("one"), Of("other"));
        Look(one);
        Look(other, one);
        Assert.True(one.IsThere("other"));
        Assert.True(other.IsThere("one"));
        Assert.False(one.IsThere("nobody"));
        other.Release();
        Look(one);
        Assert.False(one.IsThere("other"));
        Look(other, one);
        Assert.True(one.IsThere("other"));
        // Silent from here on.
        Pass(TimeSpan.FromSeconds(58), one);
        Assert.True(one.IsThere("other"));
        Pass(TimeSpan.FromSeconds(4), one);
        Assert.False(one.IsThere("other"));
        Assert.True(one.IsThere("one"));
    }

    [Fact]
    public void One_that_never_began_gives_nothing_back()
    {
        Look(Of("one"));
        Of("one").Release();
        Assert.Equal("one", Assert.Single(_store.Leases()).Holder);
    }

    [Fact]
    public void One_of_several_takes_the_place_of_a_center_that_is_gone_until_that_is_back()
    {
        var (gone, one, other) = (Of("gone"), Of("one"), Of("other"));
        Look(gone, one, other);
        Assert.False(one.AnswersFor("gone"));
        Pass(TimeSpan.FromSeconds(62), one, other);
        // Both see it at the same moment; whether it is theirs they learn at the next look.
        _store.AtOnce(() => one.Look(["gone"], default), () => other.Look(["gone"], default));
        Assert.False(one.AnswersFor("gone") || other.AnswersFor("gone"));
        one.Look(["gone"], default);
        other.Look(["gone"], default);
        Assert.Equal(1, new[] { one, other }.Count(static center => center.AnswersFor("gone")));
        // The place of a center is no sign of its life.
        Assert.False(one.IsThere("gone"));
        // It stays with the one who took it as long as there is something to do.
        var (first, second) = one.AnswersFor("gone") ? (one, other) : (other, one);
        for (var i = 0; i < 50; i++)
        {
            _clock.Now += TimeSpan.FromSeconds(2);
            first.Look(["gone"], default);
            second.Look(["gone"], default);
            Assert.True(first.AnswersFor("gone"));
            Assert.False(second.AnswersFor("gone"));
        }

        first.Release();
        second.Look(["gone"], default);
        second.Look(["gone"], default);
        Assert.True(second.AnswersFor("gone"));
        Look(gone, second);
        Assert.False(second.AnswersFor("gone"));
        Assert.True(second.IsThere("gone"));
    }

    [Fact]
    public void A_store_that_was_away_makes_nobody_gone_who_says_so_soon_after()
    {
        var (one, other, silent) = (Of("one"), Of("other"), Of("silent"));
        Look(silent, one, other, one);
        _clock.Now += TimeSpan.FromMinutes(10);
        Look(one);
        Assert.True(one.IsThere("other"));
        Look(other, one);
        Pass(TimeSpan.FromSeconds(18), one, other);
        Assert.True(one.IsThere("silent"));
        Pass(TimeSpan.FromSeconds(4), one, other);
        Assert.True(one.IsThere("other"));
        Assert.False(one.IsThere("silent"));
    }

    private CenterLeases Of(string name) => new(_store, name, new FollowOptions(), _clock);

    private static void Look(params CenterLeases[] centers)
    {
        foreach (var center in centers) center.Look([], default);
    }

    /// <summary>Time in which these look as often as they do.</summary>
    private void Pass(TimeSpan time, params CenterLeases[] centers)
    {
        for (var end = _clock.Now + time; _clock.Now < end;)
        {
            _clock.Now += TimeSpan.FromSeconds(2);
            Look(centers);
        }
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }

    /// <summary>Leases in memory; the last word counts.</summary>
    private sealed class Store(Clock clock) : ISharedDocuments
    {
        private readonly Dictionary<string, (string Holder, TimeSpan At)> _leases = new(StringComparer.Ordinal);
        private IReadOnlyList<SharedLease>? _before;

        public IReadOnlyList<SharedLease> Leases(CancellationToken cancellation = default) =>
            _before ?? [.. _leases.Select(one => new SharedLease(one.Key, one.Value.Holder, clock.Now - one.Value.At))];

        public void Hold(string name, string holder) => _leases[name] = (holder, clock.Now);

        /// <summary>Both read what there is before either writes.</summary>
        public void AtOnce(params Action[] looks)
        {
            _before = Leases();
            foreach (var look in looks) look();
            _before = null;
        }

        public IReadOnlyList<DocumentMark> DocumentMarks(string kindPrefix, CancellationToken cancellation = default) => throw new NotSupportedException();

        public IReadOnlyList<(string Name, byte[] Body)> LoadDocuments(string kind, IReadOnlyCollection<string> names, CancellationToken cancellation = default) => throw new NotSupportedException();
    }
}
