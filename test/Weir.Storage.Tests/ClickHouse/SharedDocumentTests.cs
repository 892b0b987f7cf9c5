namespace Weir.Storage.Tests.ClickHouse;

/// <summary>Documents that several centers write, and who of them holds what.</summary>
public sealed class SharedDocumentTests(ClickHouseFixture fixture) : IClassFixture<ClickHouseFixture>
{
    [SkippableFact]
    public void The_later_word_holds_although_the_clock_of_its_center_is_behind()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        using var ahead = new ClickHouseExchangeStore(options with { Time = new Ahead() });
        using var store = new ClickHouseExchangeStore(options);
        ahead.SaveDocuments("a", [("one", "first"u8.ToArray()), ("two", "first"u8.ToArray())]);
        store.SaveDocuments("a", [("one", "second"u8.ToArray())]);
        Assert.Equal(["second", "first"], store.LoadDocuments("a").Select(static one => System.Text.Encoding.UTF8.GetString(one.Body)));
        ahead.SaveDocuments("a", [("one", "third"u8.ToArray())]);
        store.SaveDocuments("a", [("one", "fourth"u8.ToArray())]);
        Assert.Equal("fourth"u8.ToArray(), ahead.LoadDocuments("a")[0].Body);
    }

    [SkippableFact]
    public void What_has_changed_shows_in_the_marks_and_is_loaded_by_name()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        using var store = new ClickHouseExchangeStore(options);
        using var other = new ClickHouseExchangeStore(options);
        store.SaveDocuments("kind", [("a", "1"u8.ToArray()), ("it's\n\\", "2"u8.ToArray())]);
        store.SaveDocuments("kind-2", [("a", "3"u8.ToArray())]);
        store.SaveDocuments("other", [("a", "4"u8.ToArray())]);
        var before = other.DocumentMarks("kind").ToDictionary(static mark => (mark.Kind, mark.Name), static mark => mark.Version);
        Assert.Equal([("kind", "a"), ("kind", "it's\n\\"), ("kind-2", "a")], before.Keys.Order());
        store.SaveDocuments("kind", [("it's\n\\", "5"u8.ToArray())]);
        var changed = other.DocumentMarks("kind").Where(mark => before[(mark.Kind, mark.Name)] != mark.Version).ToList();
        Assert.Equal(("kind", "it's\n\\"), changed.Select(static mark => (mark.Kind, mark.Name)).Single());
        Assert.Equal("5"u8.ToArray(), Assert.Single(other.LoadDocuments("kind", ["it's\n\\", "nobody's"])).Body);
        Assert.Empty(other.LoadDocuments("kind", []));
    }

    [SkippableFact]
    public void Of_those_that_take_the_same_everybody_finds_the_last_by_the_stores_clock()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        using var one = new ClickHouseExchangeStore(options with { Time = new Ahead() });
        using var other = new ClickHouseExchangeStore(options);
        Assert.Empty(one.Leases());
        one.Hold("x", "one");
        var held = Assert.Single(other.Leases());
        Assert.Equal(("x", "one"), (held.Name, held.Holder));
        Assert.InRange(held.Age, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        // Also within the same second.
        foreach (var holder in (string[])["other", "one", "", "other"])
        {
            other.Hold("x", holder);
            Assert.Equal(holder, Assert.Single(one.Leases()).Holder);
        }

        fixture.Server.Ask($"INSERT INTO {options.Database}.leases SELECT 'y', 'gone', (toUInt64(toUInt32(now())) - 100) * 1000000");
        Assert.InRange(other.Leases().Single(static lease => lease.Name == "y").Age, TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(160));
        other.Hold("y", "");
        Assert.Equal("", one.Leases().Single(static lease => lease.Name == "y").Holder);
    }

    private sealed class Ahead : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow.AddHours(1);
    }
}
