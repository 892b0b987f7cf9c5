using System.Globalization;
using Weir.Storage.Filter;

namespace Weir.Storage.ClickHouse;

/// <summary>
/// Cuts a time into stretches, newest first, each larger than the one before: a page begins where rows are, reads about what it needs, and
/// soon reaches far when little matches. The roll-up tells where rows are; what it lacks costs a larger first stretch, never a row.
/// </summary>
internal sealed class TimeWindows
{
    /// <summary>How much longer each stretch is than the one before.</summary>
    private const int Growth = 4;

    /// <summary>Nanoseconds of the shortest stretch.</summary>
    private const long MinNs = 100_000_000;

    /// <summary>Cells that are looked at, at least and at most: some kilobytes, and a quarter of a megabyte.</summary>
    private const int MinCells = 64, MaxCells = 16_384;

    /// <summary>Rows that a cell has, about, where a store is worth the question how many there are.</summary>
    private const int RowsOfCell = 1000;

    /// <summary>Nanoseconds around 1970 beyond which nothing lies: what is far from the ends of Int64 can be added up.</summary>
    private const long Beyond = long.MaxValue / 4;

    private readonly long _from;
    private long _to;
    private long _start;
    private long _width;

    /// <param name="client">The server.</param>
    /// <param name="schema">Its tables.</param>
    /// <param name="from">Start of the oldest, Unix nanoseconds.</param>
    /// <param name="to">End of the newest, included.</param>
    /// <param name="rows">Rows that the first stretch should have, about.</param>
    /// <param name="cancellation">Ends the question.</param>
    public TimeWindows(ClickHouseClient client, ClickHouseSchema schema, long from, long to, int rows, CancellationToken cancellation)
    {
        (_from, _to) = (Math.Max(from, -Beyond), Math.Min(to, Beyond));
        var looked = Math.Clamp(rows / RowsOfCell, MinCells, MaxCells);
        var cells = client.Rows(
            string.Create(CultureInfo.InvariantCulture,
                $"SELECT cell, toInt64(sum(calls)) FROM {schema.Counts} WHERE cell <= {Cell(_to)} AND cell >= {ClickHouseDialect.Number(Cell(_from) - 1)} GROUP BY cell ORDER BY cell DESC LIMIT {looked}"),
            static reader => (Cell: reader.Int64(), Calls: reader.Int64()),
            cancellation);
        if (cells.Count == 0)
        {
            _start = _from;
            return;
        }

        var (oldest, calls) = (cells[0].Cell, 0L);
        foreach (var (cell, count) in cells)
        {
            oldest = cell;
            calls += count;
            if (calls >= rows) break;
        }

        var newest = Math.Min(_to, ((cells[0].Cell + 1) * ClickHouseSchema.CellNs) - 1);
        var reach = newest - (oldest * ClickHouseSchema.CellNs) + 1;
        // A part of a cell where one has many more than are wanted.
        _width = Math.Max(MinNs, calls > rows ? (long)(reach * ((double)rows / calls)) : reach);
        _start = newest - _width + 1;
    }

    /// <summary>Everything was covered.</summary>
    public bool IsDone => _to < _from;

    /// <summary>The next stretch, both ends included; false when everything was covered.</summary>
    public bool Next(out long from, out long to)
    {
        (from, to) = (Math.Max(_from, _start), _to);
        if (_to < _from) return false;
        _to = from - 1;
        _width = Math.Min(_width * Growth, Beyond);
        _start = _to - _width + 1;
        return true;
    }

    private static long Cell(long ns) => ns / ClickHouseSchema.CellNs;
}
