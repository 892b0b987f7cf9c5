using Weir.Records;
using Weir.Records.Filter;
using Weir.Storage.Filter;

namespace Weir.Storage;

/// <summary>
/// A checked filter made ready for the stores: as much of it as the index columns can answer is SQL, and where that is not
/// everything the predicate decides over the record read back.
/// </summary>
public sealed class StoreFilter
{
    public StoreFilter(FilterExpression expression)
    {
        var sqlite = new SqliteDialect();
        (Sql, IsExact) = new FilterSql(sqlite).Condition(expression);
        Parameters = sqlite.Parameters;
        ClickHouse = new FilterSql(ClickHouseDialect.Instance).Condition(expression).Sql;
        Predicate = FilterCompiler.Compile(expression);
    }

    /// <summary>True when SQL alone decides; no record is then read to find a match.</summary>
    public bool IsExact { get; }

    /// <summary>The same filter in memory.</summary>
    public Func<Exchange, bool> Predicate { get; }

    /// <summary>An expression of SQLite that is 1 for every match, with parameters <c>$f0</c>, <c>$f1</c> … for all values.</summary>
    internal string Sql { get; }

    internal IReadOnlyList<object> Parameters { get; }

    /// <summary>The same expression for ClickHouse, with literals.</summary>
    internal string ClickHouse { get; }
}
