using System.Globalization;
using System.Text;
using Weir.Records;
using Weir.Storage.Filter;

namespace Weir.Storage.ClickHouse;

/// <summary>The place of an exchange (start and id) in SQL. It is the sorting key of the tables, so these conditions read marks, not tables.</summary>
internal static class KeySql
{
    public const string Columns = "started_ns,id_high,id_low";

    public const string NewestFirst = "ORDER BY started_ns DESC, id_high DESC, id_low DESC";

    public static ExchangeCursor Read(RowBinaryReader reader)
    {
        var started = reader.Int64();
        var high = reader.UInt64();
        return new ExchangeCursor(started, new ExchangeId(new UInt128(high, reader.UInt64())));
    }

    /// <summary>Start in a range, both ends included.</summary>
    public static string Range(long from, long to) =>
        $"(started_ns >= {ClickHouseDialect.Number(from)} AND started_ns <= {ClickHouseDialect.Number(to)})";

    /// <summary>Behind a place in the order newest first.</summary>
    public static string Before(ExchangeCursor place)
    {
        var (started, high, low) = (ClickHouseDialect.Number(place.StartedAtNs), (ulong)(place.Id.Value >> 64), (ulong)place.Id.Value);
        return string.Create(CultureInfo.InvariantCulture,
            $"(started_ns < {started} OR (started_ns = {started} AND (id_high < {high} OR (id_high = {high} AND id_low < {low}))))");
    }

    /// <summary>One of the places; at least one.</summary>
    public static string Among(IReadOnlyCollection<ExchangeCursor> keys)
    {
        var list = new StringBuilder(keys.Count * 64);
        list.Append(Range(keys.Min(static key => key.StartedAtNs), keys.Max(static key => key.StartedAtNs))).Append($" AND ({Columns}) IN (");
        foreach (var key in keys)
        {
            list.Append(CultureInfo.InvariantCulture, $"({key.StartedAtNs},{(ulong)(key.Id.Value >> 64)},{(ulong)key.Id.Value}),");
        }

        list[^1] = ')';
        return list.ToString();
    }
}
