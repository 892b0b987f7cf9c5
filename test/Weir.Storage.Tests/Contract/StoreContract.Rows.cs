using System.Text;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    [SkippableFact]
    public void A_record_comes_back_byte_for_byte_small_or_compressed()
    {
        using var store = Open();
        var rows = Rows.Range(0, 200);
        store.Append(rows);
        Assert.Contains(rows, row => row.Record.Length > 2000);
        Assert.Contains(rows, row => row.Record.Length < 1024);
        foreach (var row in rows) Assert.Equal(row.Record.ToArray(), store.Get(row.Id));
        var page = store.Query(new ExchangeQuery { Limit = 200 });
        Assert.Equal(rows.Reverse().Select(row => Encoding.UTF8.GetString(row.Summary)), page.Items.Select(item => Encoding.UTF8.GetString(item.Json)));
        var full = store.Query(new ExchangeQuery { Limit = 200, Detail = ExchangeDetail.Full });
        Assert.Equal(rows.Reverse().Select(row => row.Record.ToArray()), full.Items.Select(item => item.Json));
    }

    [SkippableFact]
    public void A_repeated_id_is_stored_once_and_counted()
    {
        using var store = Open();
        Assert.Equal(new AppendResult(10, 0), store.Append(Rows.Range(0, 10)));
        Assert.Equal(new AppendResult(5, 5), store.Append(Rows.Range(5, 10)));
        Assert.Equal(new AppendResult(1, 2), store.Append([Rows.Row(20), Rows.Row(20), Rows.Row(20)]));
        var statistics = store.ReadStatistics();
        Assert.Equal((16, 16, 7), (statistics.Exchanges, statistics.Stored, statistics.Duplicates));
        Assert.Equal(16, store.Query(new ExchangeQuery { Limit = 100 }).Items.Count);
    }

    [SkippableFact]
    public void An_unknown_id_is_null()
    {
        using var store = Open();
        Assert.Null(store.Get(new ExchangeId(17)));
    }

    [SkippableFact]
    public void Statistics_name_the_oldest_and_newest()
    {
        using var store = Open();
        Assert.Null(store.ReadStatistics().OldestNs);
        var rows = Rows.Range(0, 50);
        store.Append(rows);
        var statistics = store.ReadStatistics();
        Assert.Equal(rows[0].StartedAtNs, statistics.OldestNs);
        Assert.Equal(rows[^1].StartedAtNs, statistics.NewestNs);
        Assert.True(statistics.DatabaseBytes + statistics.LogBytes > 0);
    }

    [SkippableFact]
    public void A_final_row_takes_the_place_of_the_running_one()
    {
        using var store = Open();
        Assert.Equal(new AppendResult(1, 0), store.Append([Rows.Row(Running(2))]));
        Assert.Equal(new AppendResult(0, 0, 1), store.Append([Rows.Row(Running(2))]));
        Assert.Equal(1, Count(store, "in_progress"));
        Assert.Equal(new AppendResult(0, 0, 1), store.Append([Rows.Row(2)]));
        Assert.Equal(new AppendResult(0, 1, 0), store.Append([Rows.Row(Running(2))]));
        Assert.Equal((0, 1L), (Count(store, "in_progress"), store.Count));
        Assert.Equal(Rows.Row(2).Record.ToArray(), store.Get(Rows.Make(2).Id));
    }

    [SkippableFact]
    public void A_call_that_goes_on_after_all_takes_its_place_back()
    {
        using var store = Open();
        store.Append([Rows.Row(Running(4)), Rows.Row(Running(6))]);
        store.EndRunning();
        Assert.Equal(new AppendResult(0, 0, 2), store.Append([Rows.Row(Running(4)), Rows.Row(6)]));
        Assert.Equal((1, 0), (Count(store, "in_progress"), Count(store, "'end_unknown' in anomalies")));
        Assert.Equal(Rows.Row(6).Record.ToArray(), store.Get(Rows.Make(6).Id));
    }
}
