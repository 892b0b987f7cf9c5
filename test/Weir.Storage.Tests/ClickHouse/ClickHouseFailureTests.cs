using System.Globalization;

namespace Weir.Storage.Tests.ClickHouse;

public sealed class ClickHouseFailureTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [SkippableFact]
    public void A_server_that_is_killed_within_inserts_loses_nothing_and_stores_nothing_twice()
    {
        Skip.If(ClickHouseServer.Missing is not null, ClickHouseServer.Missing);
        const int batches = 60;
        using var server = new ClickHouseServer();
        server.Start();
        var options = ClickHouseServer.Options(server.Address);
        using var store = new ClickHouseExchangeStore(options);
        var inserting = new SemaphoreSlim(0);
        store.Trace = sql =>
        {
            if (sql.StartsWith("INSERT", StringComparison.Ordinal)) inserting.Release();
        };
        var failures = 0;
        var writer = Task.Run(() =>
        {
            for (var i = 0; i < batches; i++) Append(store, Rows.Range(i * 100, 100), ref failures);
        });
        var random = new Random(5);
        for (var kill = 0; kill < 2; kill++)
        {
            // Some inserts further, at any place within one.
            for (var i = 0; i < 15; i++) Assert.True(inserting.Wait(s_patience));
            Thread.Sleep(random.Next(12));
            server.Kill();
            server.Start();
        }

        Assert.True(writer.Wait(s_patience));
        Assert.True(failures > 0, "no kill met an insert");
        const int sent = batches * 100;
        Assert.Equal(sent, store.Count);
        var found = Pages.ReadAll(store, new ExchangeQuery { Limit = 1000 }).Items;
        Assert.Equal(Enumerable.Range(0, sent).Reverse().Select(n => Rows.Make(n).Id), found);
        var overview = store.Overview(new OverviewQuery { FromNs = Rows.Epoch - 36_000_000_000_000, ToNs = Rows.Epoch + 36_000_000_000_000, Buckets = 60 });
        Assert.Equal(sent, overview.Matched);
        var rows = server.Ask($"SELECT count(), uniqExact(id_high, id_low) FROM {options.Database}.exchanges");
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{sent}\t{sent}"), rows);
    }

    [Fact]
    public void A_server_that_is_away_is_told_and_may_come_back()
    {
        var failure = Assert.Throws<StoreException>(() => new ClickHouseExchangeStore(ClickHouseServer.Options(new Uri("http://127.0.0.1:9/"))));
        Assert.Equal(StoreFailure.Unreachable, failure.Failure);
        Assert.True(failure.IsTransient);
        Assert.Contains("http://127.0.0.1:9/", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_wrong_password_is_told_without_it()
    {
        Skip.If(ClickHouseServer.Missing is not null, ClickHouseServer.Missing);
        using var server = new ClickHouseServer { Password = "synthetic-right" };
        server.Start();
        var options = ClickHouseServer.Options(server.Address);
        var failure = Assert.Throws<StoreException>(() => new ClickHouseExchangeStore(options with { User = "default", Password = "synthetic-wrong" }));
        Assert.Equal(StoreFailure.CannotOpen, failure.Failure);
        Assert.False(failure.IsTransient);
        Assert.Contains("WEIR_STORE_PASSWORD_FILE", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("synthetic", failure.Message, StringComparison.Ordinal);
        using var store = new ClickHouseExchangeStore(options with { User = "default", Password = "synthetic-right" });
        Assert.Equal(new AppendResult(3, 0), store.Append(Rows.Range(0, 3)));
    }

    private static void Append(ClickHouseExchangeStore store, ExchangeRow[] rows, ref int failures)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); ; Thread.Sleep(50))
        {
            try
            {
                store.Append(rows);
                return;
            }
            catch (StoreException away) when (away.IsTransient && clock.Elapsed < s_patience)
            {
                failures++;
            }
        }
    }
}
