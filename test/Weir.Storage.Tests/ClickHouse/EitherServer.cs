using Weir.Records;

namespace Weir.Storage.Tests.ClickHouse;

/// <summary>One store through two servers of a cluster: each call goes to the other one than the call before.</summary>
internal sealed class EitherServer(params ClickHouseExchangeStore[] stores) : IExchangeStore
{
    private int _turn;

    public string Engine => stores[0].Engine;

    public bool IsShared => true;

    public long Count => Same(static store => store.Count, static count => count);

    /// <summary>An even number of calls from one test to the next in it would meet the same server each time.</summary>
    private ClickHouseExchangeStore Next => stores[(_turn++ ^ (_turn / 5)) % stores.Length];

    public AppendResult Append(ReadOnlySpan<ExchangeRow> rows) => Next.Append(rows);

    public ExchangePage Query(ExchangeQuery query, CancellationToken cancellation = default) => Next.Query(query, cancellation);

    public ExchangeOverview Overview(OverviewQuery query, CancellationToken cancellation = default) => Next.Overview(query, cancellation);

    public byte[]? Get(ExchangeId id, CancellationToken cancellation = default) => Next.Get(id, cancellation);

    public int EndRunning() => Next.EndRunning();

    public void SaveDocuments(string kind, IReadOnlyList<(string Name, byte[] Body)> documents)
    {
        Next.SaveDocuments(kind, documents);
        // They are on every server, and reach the other within a moment.
        foreach (var store in stores)
            ClickHouseCluster.Until(() => store.LoadDocuments(kind) is var there && documents.All(one => there.Any(other => other.Name == one.Name && other.Body.AsSpan().SequenceEqual(one.Body))));
    }

    public IReadOnlyList<(string Name, byte[] Body)> LoadDocuments(string kind, CancellationToken cancellation = default) => Same(
        store => store.LoadDocuments(kind, cancellation), static documents => string.Join(' ', documents.Select(static one => $"{one.Name}={Convert.ToBase64String(one.Body)}")));

    public StoreStatistics ReadStatistics(CancellationToken cancellation = default)
    {
        var all = stores.Select(store => store.ReadStatistics(cancellation)).ToList();
        Assert.All(all, one => Assert.Equal((all[0].Exchanges, all[0].OldestNs, all[0].NewestNs), (one.Exchanges, one.OldestNs, one.NewestNs)));
        return all[0] with { Stored = all.Sum(static one => one.Stored), Duplicates = all.Sum(static one => one.Duplicates) };
    }

    public long ApplyRetention(CancellationToken cancellation = default) => Next.ApplyRetention(cancellation);

    public void Dispose()
    {
        foreach (var store in stores) store.Dispose();
    }

    private T Same<T, TSeen>(Func<ClickHouseExchangeStore, T> read, Func<T, TSeen> seen)
    {
        var first = read(stores[0]);
        foreach (var store in stores.Skip(1)) Assert.Equal(seen(first), seen(read(store)));
        return first;
    }
}
