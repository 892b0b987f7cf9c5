using Weir.Storage.Tests.ClickHouse;

namespace Weir.Storage.Tests.Contract;

/// <summary>The contract, kept by a ClickHouse server.</summary>
public sealed class ClickHouseContractTests(ClickHouseFixture fixture) : StoreContract, IClassFixture<ClickHouseFixture>
{
    private protected override IExchangeStore Open(StoreTestOptions? options = null)
    {
        options ??= new StoreTestOptions();
        return new ClickHouseExchangeStore(ClickHouseServer.Options(fixture.Server.Address) with
        {
            MaxScanRows = options.MaxScanRows,
            MaxScanTime = options.MaxScanTime,
            BatchSize = options.BatchSize,
            MaxAge = options.MaxAge,
            Time = options.Time,
        });
    }
}
