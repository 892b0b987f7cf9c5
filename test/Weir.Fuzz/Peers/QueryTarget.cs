using System.Text;
using Weir.Center.Api;
using Weir.Records;
using Weir.Records.Filter;
using Weir.Records.Json;
using Weir.Storage;
using Weir.Testing.Corpus;

namespace Weir.Fuzz.Peers;

/// <summary>What a query of the API may name: a place to go on from, a time, a filter that becomes SQL.</summary>
internal static class QueryTarget
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_769_860_800);

    private static readonly Lazy<(SqliteExchangeStore Store, List<Exchange> Calls)> s_stored = new(Fill);

    public static FuzzTarget Parameters { get; } = new(
        "query-parameters", static () =>
        [
            .. new[] { new ExchangeCursor(1_769_860_800_000_000_000, new ExchangeId(7)).ToString(), "2026-11-20T12:00:00.123456789+02:00", "-15m", "-1.5d", "1769860800123", "01JC0000000000000000000000" }.Select(Encoding.UTF8.GetBytes),
        ],
        ReadParameter);

    public static FuzzTarget Filters { get; } = new(
        "stored-filters", static () =>
        [
            .. new[]
            {
                "status_code >= 500 && method in ['GET', 'POST']", "path.startsWith('/api') || !(host == 'a')", "request.headers['x'] == '1' || path.endsWith('\\\\')", "path.contains('\\'') && query != \"%_\"",
                "size(request.body) > 3 || elapsed_time < 1.5", "timestamp > timestamp('2026-01-31T12:00:00Z') && 'response_gap' in anomalies", "!complete == http", "src.ip == '10.0.0.1' && dst.port in []",
            }.Select(Encoding.UTF8.GetBytes),
        ],
        AskStore) { ShortRun = 500 };

    private static void ReadParameter(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        // Whatever is taken for a place is the only text for it.
        if (ExchangeCursor.TryParse(text, out var place) && place.ToString() != text) throw new InvalidOperationException($"{text} is {place}");
        if (TimeParameter.TryParse(text, s_now, out var ns) && ns is null && text.Length > 0) throw new InvalidOperationException($"{text} is taken and no time");
        if (ExchangeId.TryParse(text, out var id) && !string.Equals(id.ToString(), text, StringComparison.OrdinalIgnoreCase)) throw new InvalidOperationException($"{text} is {id}");
    }

    /// <summary>SQL and predicate are two compilers of one language: on every stored call they say the same, whatever the filter.</summary>
    private static void AskStore(byte[] bytes)
    {
        if (!ExchangeFilter.TryParse(Encoding.UTF8.GetString(bytes), out var expression, out _)) return;
        var filter = new StoreFilter(expression);
        var (store, calls) = s_stored.Value;
        var found = store.Query(new ExchangeQuery { Filter = filter, Limit = 1000 }).Items.Select(static item => item.Id).ToHashSet();
        foreach (var call in calls)
            if (filter.Predicate(call) != found.Contains(call.Id)) throw new InvalidOperationException($"{call.Id}: SQL and predicate differ ({filter.Sql})");
        if (filter.ClickHouse.Length == 0 || !IsClosed(filter.ClickHouse)) throw new InvalidOperationException($"a literal ends elsewhere: {filter.ClickHouse}");
    }

    /// <summary>Outside of literals there are no quotes, no comments and no second statement, and brackets are closed.</summary>
    private static bool IsClosed(string sql)
    {
        var (depth, inText) = (0, false);
        for (var i = 0; i < sql.Length; i++)
        {
            if (inText && sql[i] == '\\') i++;
            else if (sql[i] == '\'') inText = !inText;
            else if (inText) continue;
            else if (sql[i] is ';' or '"' or '`' or '\\') return false;
            else if (sql[i] == '-' && i + 1 < sql.Length && sql[i + 1] == '-') return false;
            else if (sql[i] == '(') depth++;
            else if (sql[i] == ')' && --depth < 0) return false;
        }

        return depth == 0 && !inText;
    }

    private static (SqliteExchangeStore, List<Exchange>) Fill()
    {
        var folder = Directory.CreateTempSubdirectory("weir-fuzz-").FullName;
        var store = new SqliteExchangeStore(new SqliteStoreOptions { Path = Path.Combine(folder, "weir.db"), MaxAge = TimeSpan.FromDays(40_000) });
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            store.Dispose();
            Directory.Delete(folder, recursive: true);
        };
        var (calls, number) = (new List<Exchange>(), (UInt128)(1_769_860_800_000UL << 16) << 64);
        foreach (var line in CorpusFolder.Names.SelectMany(static name => File.ReadLines(CorpusFolder.Expected(name))).Take(40))
        {
            var (json, call, row) = (Encoding.UTF8.GetBytes($"{{\"id\":\"{new ExchangeId(++number)}\",{line[1..]}"), new Exchange(), new ExchangeRow());
            if (!ExchangeJsonReader.TryRead(json, call, out var error)) throw new InvalidOperationException(error);
            row.Set(call, json, json);
            store.Append([row]);
            calls.Add(call);
        }

        return (store, calls);
    }
}
