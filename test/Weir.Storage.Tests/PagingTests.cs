using Weir.Records;

namespace Weir.Storage.Tests;

public class PagingTests
{
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
            var (items, scanned) = Pages.ReadAll(store.Store, query);
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
        Assert.Equal(200, Pages.ReadAll(store.Store, query).Scanned);
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
        foreach (var bad in (string?[])[null, "", "x", "null", text[..^1], text + "A", text + "\n", " " + text, text + text, new string('A', 35), new string('!', 35), "' OR 1=1"])
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
}
