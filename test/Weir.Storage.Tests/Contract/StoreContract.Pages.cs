using Weir.Records;

namespace Weir.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    [SkippableFact]
    public void Pages_cover_every_row_exactly_once_while_rows_are_inserted()
    {
        using var store = Open();
        store.Append(Rows.Range(0, 500));
        var seen = new List<ExchangeId>();
        ExchangeCursor? cursor = null;
        var next = 500;
        do
        {
            var page = store.Query(new ExchangeQuery { Limit = 7, After = cursor });
            seen.AddRange(page.Items.Select(item => item.Id));
            cursor = page.Next;
            store.Append(Rows.Range(next, 5));
            next += 5;
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Range(0, 500).Reverse().Select(n => Rows.Make(n).Id), seen);
    }

    [SkippableFact]
    public void Rows_of_the_same_instant_are_paged_by_id()
    {
        using var store = Open();
        var rows = Enumerable.Range(0, 40).Select(n =>
        {
            var exchange = Rows.Make(12);
            exchange.Id = new ExchangeId((UInt128)(uint)n);
            return Rows.Row(exchange);
        }).ToArray();
        store.Append(rows);
        var seen = Pages.ReadAll(store, new ExchangeQuery { Limit = 3 }).Items;
        Assert.Equal(rows.Select(row => row.Id).Reverse(), seen);
    }

    [SkippableFact]
    public void From_is_inclusive_and_to_is_exclusive()
    {
        using var store = Open();
        var rows = Rows.Range(0, 20);
        store.Append(rows);
        var query = new ExchangeQuery { FromNs = rows[5].StartedAtNs, ToNs = rows[8].StartedAtNs };
        Assert.Equal([rows[7].Id, rows[6].Id, rows[5].Id], store.Query(query).Items.Select(item => item.Id));
    }

    [SkippableFact]
    public void A_cancelled_query_stops()
    {
        using var store = Open();
        store.Append(Rows.Range(0, 200));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => store.Query(new ExchangeQuery(), source.Token));
    }
}
