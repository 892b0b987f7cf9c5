namespace Weir.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    private const int FilteredCalls = 330;

    [SkippableFact]
    public void Every_filter_finds_what_the_predicate_finds()
    {
        using var store = Open();
        store.Append(Rows.Range(0, FilteredCalls));
        var stored = Enumerable.Range(0, FilteredCalls).Select(Rows.Make).Select(Stored).ToList();
        var random = new Random(17);
        string[] leaves = [.. FilterTests.ExactTexts, .. FilterTests.PartialTexts];
        foreach (var text in (string[])[.. leaves, .. Enumerable.Range(0, RandomFilters).Select(_ => FilterTests.Combine(random, leaves, depth: 3))])
        {
            var filter = TemporaryStore.Filter(text);
            var expected = stored.Where(filter.Predicate).Select(e => e.Id.ToString()).Reverse();
            var found = store.Query(new ExchangeQuery { Filter = filter, Limit = 10_000 });
            Assert.Null(found.Next);
            Assert.True(expected.SequenceEqual(found.Items.Select(i => i.Id.ToString())), text);
        }
    }

    [SkippableTheory]
    [InlineData("path == \"' OR 1=1 --\"")]
    [InlineData("path.contains(\"') OR (1=1\")")]
    [InlineData("path.startsWith(\"\\\\' OR 1=1 --\")")]
    [InlineData("path.endsWith(\"\\\\\")")]
    [InlineData("method in [\"x'); DROP TABLE exchanges; --\"]")]
    [InlineData("host == \"$f0 ?1 :a @b {p:String} %s\"")]
    [InlineData("host == \"a\\nb\\t\\\\x27\"")]
    public void An_injection_finds_nothing_and_harms_nothing(string text)
    {
        using var store = Open();
        store.Append(Rows.Range(0, 50));
        Assert.Empty(store.Query(new ExchangeQuery { Filter = TemporaryStore.Filter(text) }).Items);
        Assert.Equal(50, store.Query(new ExchangeQuery { Limit = 1000 }).Items.Count);
    }

    [SkippableFact]
    public void A_limit_of_rows_or_time_ends_a_page_and_paging_goes_on()
    {
        foreach (var options in (StoreTestOptions[])[new() { MaxScanRows = 30 }, new() { MaxScanTime = TimeSpan.Zero }])
        {
            using var store = Open(options);
            store.Append(Rows.Range(0, 400));
            var query = new ExchangeQuery { Filter = TemporaryStore.Filter("path.matches(\"a%20b\")"), Limit = 100 };
            var first = store.Query(query);
            Assert.NotNull(first.Next);
            Assert.InRange(first.Scanned, 0, 399);
            var (items, scanned) = Pages.ReadAll(store, query);
            Assert.Equal(400, scanned);
            Assert.Equal(Enumerable.Range(0, 400).Select(Rows.Make).Where(query.Filter!.Predicate).Select(e => e.Id).Reverse(), items);
        }
    }

    [SkippableFact]
    public void Documents_of_a_kind_are_kept_by_name()
    {
        using var store = Open();
        Assert.Empty(store.LoadDocuments("a"));
        store.SaveDocuments("a", [("one", "1"u8.ToArray()), ("two", new byte[5000])]);
        store.SaveDocuments("b", [("one", "other"u8.ToArray())]);
        store.SaveDocuments("a", [("one", "changed"u8.ToArray())]);
        var found = store.LoadDocuments("a");
        Assert.Equal(["one", "two"], found.Select(static one => one.Name));
        Assert.Equal("changed"u8.ToArray(), found[0].Body);
        Assert.Equal(new byte[5000], found[1].Body);
        Assert.Empty(store.LoadDocuments("' OR 1=1 --"));
    }
}
