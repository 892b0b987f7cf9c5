using Weir.Records;

namespace Weir.Storage.Tests;

public class PagingTests
{
    [Fact]
    public void Pages_cover_every_row_exactly_once_while_rows_are_inserted()
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, 500));
        var seen = new List<ExchangeId>();
        ExchangeCursor? cursor = null;
        var next = 500;
        do
        {
            var page = store.Store.Query(new ExchangeQuery { Limit = 7, After = cursor });
            seen.AddRange(page.Items.Select(item => item.Id));
            cursor = page.Next;
            store.Store.Append(Rows.Range(next, 5));
            next += 5;
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Range(0, 500).Reverse().Select(n => Rows.Make(n).Id), seen);
    }

    [Fact]
    public void Rows_of_the_same_instant_are_paged_by_id()
    {
        using var store = new TemporaryStore();
        var rows = Enumerable.Range(0, 40).Select(n =>
        {
            var exchange = Rows.Make(12);
            exchange.Id = new ExchangeId((UInt128)(uint)n);
            return Rows.Row(exchange);
        }).ToArray();
        store.Store.Append(rows);
        var seen = ReadAll(store, new ExchangeQuery { Limit = 3 }).Items;
        Assert.Equal(rows.Select(row => row.Id).Reverse(), seen);
    }

    [Fact]
    public void A_scan_limit_ends_a_page_and_paging_goes_on()
    {
        using var store = new TemporaryStore(options => options with { MaxScanRows = 30 });
        store.Store.Append(Rows.Range(0, 200));
        foreach (var text in (string[])["path == \"/a%20b\"", "path.matches(\"a%20b\")", "false"])
        {
            var query = new ExchangeQuery { Filter = TemporaryStore.Filter(text), Limit = 100 };
            var first = store.Store.Query(query);
            Assert.Equal(30, first.Scanned);
            Assert.NotNull(first.Next);
            var (items, scanned) = ReadAll(store, query);
            Assert.Equal(200, scanned);
            var expected = Enumerable.Range(0, 200).Select(Rows.Make).Where(query.Filter.Predicate).Select(e => e.Id).Reverse();
            Assert.Equal(expected, items);
        }
    }

    [Fact]
    public void A_time_limit_ends_a_page_and_paging_goes_on()
    {
        using var store = new TemporaryStore(options => options with { MaxScanTime = TimeSpan.Zero });
        store.Store.Append(Rows.Range(0, 200));
        var query = new ExchangeQuery { Filter = TemporaryStore.Filter("false"), Limit = 100 };
        var page = store.Store.Query(query);
        Assert.InRange(page.Scanned, 1, 199);
        Assert.Equal(200, ReadAll(store, query).Scanned);
    }

    [Fact]
    public void From_is_inclusive_and_to_is_exclusive()
    {
        using var store = new TemporaryStore();
        var rows = Rows.Range(0, 20);
        store.Store.Append(rows);
        var query = new ExchangeQuery { FromNs = rows[5].StartedAtNs, ToNs = rows[8].StartedAtNs };
        Assert.Equal([rows[7].Id, rows[6].Id, rows[5].Id], store.Store.Query(query).Items.Select(item => item.Id));
    }

    [Fact]
    public void A_cursor_survives_its_text_form()
    {
        var cursor = new ExchangeCursor(Rows.Epoch, Rows.Make(3).Id);
        Assert.True(ExchangeCursor.TryParse(cursor.ToString(), out var parsed));
        Assert.Equal(cursor, parsed);
    }

    [Fact]
    public void A_mangled_cursor_is_refused()
    {
        var text = new ExchangeCursor(Rows.Epoch, Rows.Make(3).Id).ToString();
        foreach (var bad in (string?[])[null, "", "x", "null", text[..^1], text + "A", text + text, new string('A', 35), new string('!', 35), "' OR 1=1"])
        {
            Assert.False(ExchangeCursor.TryParse(bad, out _), bad);
        }

        for (var i = 0; i < text.Length - 1; i++)
        {
            var mangled = text.ToCharArray();
            mangled[i] = mangled[i] == 'A' ? 'B' : 'A';
            Assert.False(ExchangeCursor.TryParse(new string(mangled), out _), new string(mangled));
        }
    }

    [Fact]
    public void A_cancelled_query_stops()
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, 200));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => store.Store.Query(new ExchangeQuery(), source.Token));
    }

    private static (List<ExchangeId> Items, int Scanned) ReadAll(TemporaryStore store, ExchangeQuery query)
    {
        var items = new List<ExchangeId>();
        var scanned = 0;
        do
        {
            var page = store.Store.Query(query);
            items.AddRange(page.Items.Select(item => item.Id));
            scanned += page.Scanned;
            query = query with { After = page.Next };
        }
        while (query.After is not null);
        return (items, scanned);
    }
}
