using Weir.Inventory;
using Weir.Inventory.State;
using Weir.Storage;

namespace Weir.Cli.Inventory;

/// <summary>The data directory of a center. It may run meanwhile: SQLite keeps readers and its writer apart.</summary>
internal static class StoredData
{
    /// <exception cref="UsageException">There is no store in it.</exception>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public static SqliteExchangeStore Open(string folder)
    {
        var path = Path.Combine(folder, "weir.db");
        if (!File.Exists(path)) throw new UsageException($"{folder} is no data directory of a center: there is no weir.db");
        return new SqliteExchangeStore(new SqliteStoreOptions { Path = path });
    }

    /// <summary>Takes up what the center has learned and written down, which a running one does every half minute.</summary>
    /// <exception cref="UsageException">There is no store in it.</exception>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public static void Load(string folder, EndpointCatalogue catalogue)
    {
        using var store = Open(folder);
        foreach (var (name, state) in store.LoadDocuments(ServiceState.DocumentKind))
            if (!ServiceState.TryRead(state, catalogue, out var error)) Console.Error.WriteLine($"weir: what is stored of {name} cannot be read: {error}");
    }
}
