using Weir.Records;
using Weir.Records.Json;

namespace Weir.Storage.Tests.Contract;

/// <summary>What every store does, whatever it keeps calls in. Each test takes an empty one.</summary>
public abstract partial class StoreContract
{
    private const int Calls = 400;

    /// <summary>Rows are 1.234567 ms apart.</summary>
    private const long StepNs = 1_234_567;

    /// <summary>Two of them, as they are stored: in whole microseconds.</summary>
    private const long PairNs = 2_469_000;

    /// <summary>Filters of random parts that are tried.</summary>
    private protected virtual int RandomFilters => 40;

    /// <summary>An empty store of its own; the test disposes of it.</summary>
    private protected abstract IExchangeStore Open(StoreTestOptions? options = null);

    private static int Count(IExchangeStore store, string filter) =>
        store.Query(new ExchangeQuery { Limit = 100, Filter = TemporaryStore.Filter(filter) }).Items.Count;

    private static Exchange Running(int n)
    {
        var exchange = Rows.Make(n);
        exchange.InProgress = true;
        exchange.Complete = false;
        return exchange;
    }

    private static bool IsHttp(Exchange exchange) => exchange.Protocol.StartsWith("HTTP/", StringComparison.Ordinal);

    private static Func<Exchange, bool> IsHttpOf(int status) =>
        exchange => IsHttp(exchange) && exchange.HasResponse && exchange.Response.Status / 100 == status / 100;

    /// <summary>The record as a store gives it back.</summary>
    private static Exchange Stored(Exchange original)
    {
        var read = new Exchange();
        Assert.True(ExchangeJsonReader.TryRead(Rows.Json(original, ExchangeDetail.Full), read, out var error), error);
        return read;
    }
}

/// <summary>What a test changes of a store.</summary>
internal sealed record StoreTestOptions
{
    public int MaxScanRows { get; init; } = 50_000;

    public TimeSpan MaxScanTime { get; init; } = TimeSpan.FromSeconds(60);

    public int BatchSize { get; init; } = 1000;

    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(40_000);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
