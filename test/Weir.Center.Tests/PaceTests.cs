using Weir.Center.Ingest;
using Weir.Records;
using Weir.Storage;

namespace Weir.Center.Tests;

public class PaceTests
{
    [Fact]
    public async Task A_store_on_a_server_gets_what_came_meanwhile_in_one_batch()
    {
        var limits = new IngestLimits { PaceMs = 600_000, FlushMs = 1 };
        var queue = new IngestQueue(limits);
        using var store = new CountingStore();
        using var writer = new StoreWriter(queue, store, limits);
        writer.Start();
        Assert.True(queue.TryEnqueue(new ExchangeRow()));
        await TestCenter.Until(() => store.Batches.Count == 1);
        for (var i = 0; i < 49; i++) Assert.True(queue.TryEnqueue(new ExchangeRow()));
        await writer.Stop();
        Assert.Equal([1, 49], store.Batches);
    }

    private sealed class CountingStore : IExchangeStore
    {
        private readonly List<int> _batches = [];

        public IReadOnlyList<int> Batches
        {
            get
            {
                lock (_batches) return [.. _batches];
            }
        }

        public string Engine => "none";

        public bool IsShared => true;

        public long Count => 0;

        public AppendResult Append(ReadOnlySpan<ExchangeRow> rows)
        {
            lock (_batches) _batches.Add(rows.Length);
            return new AppendResult(rows.Length, 0);
        }

        public long ApplyRetention(CancellationToken cancellation = default) => 0;

        public ExchangePage Query(ExchangeQuery query, CancellationToken cancellation = default) => throw new NotSupportedException();

        public ExchangeOverview Overview(OverviewQuery query, CancellationToken cancellation = default) => throw new NotSupportedException();

        public byte[]? Get(ExchangeId id, CancellationToken cancellation = default) => throw new NotSupportedException();

        public int EndRunning() => throw new NotSupportedException();

        public void SaveDocuments(string kind, IReadOnlyList<(string Name, byte[] Body)> documents) => throw new NotSupportedException();

        public IReadOnlyList<(string Name, byte[] Body)> LoadDocuments(string kind, CancellationToken cancellation = default) => throw new NotSupportedException();

        public StoreStatistics ReadStatistics(CancellationToken cancellation = default) => throw new NotSupportedException();

        public void Dispose()
        {
            // Holds nothing.
        }
    }
}
