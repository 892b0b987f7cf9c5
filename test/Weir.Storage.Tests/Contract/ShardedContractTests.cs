using Weir.Storage.Tests.ClickHouse;

namespace Weir.Storage.Tests.Contract;

/// <summary>The contract, kept by a cluster of two shards: what is written through one server is read through the other.</summary>
[Collection(ShardedFixture.Name)]
public sealed class ShardedContractTests(ShardedFixture fixture) : StoreContract
{
    /// <summary>Of the one in which an older server failed there are enough among a few, and each costs two servers.</summary>
    private protected override int RandomFilters => 12;

    private protected override IExchangeStore Open(StoreTestOptions? options = null)
    {
        options ??= new StoreTestOptions();
        var store = fixture.Empty() with
        {
            MaxScanRows = options.MaxScanRows,
            MaxScanTime = options.MaxScanTime,
            BatchSize = options.BatchSize,
            MaxAge = options.MaxAge,
            Time = options.Time,
        };
        return new EitherServer([.. fixture.Cluster.Servers.Select(server => new ClickHouseExchangeStore(store with { Address = server.Address }))]);
    }
}
