namespace Weir.Storage.Tests.Contract;

/// <summary>The contract, kept by the embedded store.</summary>
public sealed class SqliteContractTests : StoreContract, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-store-").FullName;
    private int _count;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private protected override IExchangeStore Open(StoreTestOptions? options = null)
    {
        options ??= new StoreTestOptions();
        return new SqliteExchangeStore(new SqliteStoreOptions
        {
            Path = Path.Combine(_directory, FormattableString.Invariant($"{_count++}.db")),
            MaxScanRows = options.MaxScanRows,
            MaxScanTime = options.MaxScanTime,
            BatchSize = options.BatchSize,
            MaxAge = options.MaxAge,
            Time = options.Time,
        });
    }
}
