using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Weir.Records;

namespace Weir.Storage.ClickHouse;

/// <summary>Reads what other centers tell. Rows are few (two a second and center); a row that was inserted twice is passed over by its number.</summary>
internal sealed class FeedReader(ClickHouseClient client, ClickHouseSchema schema, ulong self)
{
    /// <summary>Seconds by the server's clock within which rows are looked for: whoever could not ask for longer is told that something is missing.</summary>
    private const int WindowSeconds = 600;

    private string Recent => string.Create(CultureInfo.InvariantCulture, $"FROM {schema.Feed} WHERE writer <> {self} AND written >= now() - {WindowSeconds}");

    public IReadOnlyDictionary<ulong, long> Ends(CancellationToken cancellation) => client.Rows(
        $"SELECT writer, max(first + calls) {Recent} GROUP BY writer", static reader => KeyValuePair.Create(reader.UInt64(), reader.Int64()), cancellation).ToDictionary();

    public IReadOnlyList<FeedBatch> After(IReadOnlyDictionary<ulong, long> places, int limit, CancellationToken cancellation)
    {
        var sql = new StringBuilder($"SELECT writer, first, calls {Recent}");
        foreach (var (writer, place) in places) sql.Append(CultureInfo.InvariantCulture, $" AND NOT (writer = {writer} AND first + calls <= {place})");
        sql.Append(CultureInfo.InvariantCulture, $" ORDER BY writer, first LIMIT {limit}");
        return client.Rows(sql.ToString(), static reader => new FeedBatch(reader.UInt64(), reader.Int64(), reader.Int32()), cancellation);
    }

    public IReadOnlyList<ExchangeCursor>? Calls(FeedBatch batch, CancellationToken cancellation)
    {
        var found = client.Rows(
            string.Create(CultureInfo.InvariantCulture, $"SELECT places FROM {schema.Feed} WHERE writer = {batch.Writer} AND first = {batch.First} LIMIT 1"),
            static reader => reader.Bytes(), cancellation);
        if (found is not [{ } places] || places.Length != (long)batch.Count * FeedWriter.PlaceBytes) return null;
        var calls = new ExchangeCursor[batch.Count];
        for (var i = 0; i < calls.Length; i++)
        {
            var place = places.AsSpan(i * FeedWriter.PlaceBytes, FeedWriter.PlaceBytes);
            calls[i] = new ExchangeCursor(BinaryPrimitives.ReadInt64LittleEndian(place), new ExchangeId(BinaryPrimitives.ReadUInt128LittleEndian(place[8..])));
        }

        return calls;
    }

    public IReadOnlyDictionary<ExchangeCursor, FedCall> Records(IReadOnlyCollection<ExchangeCursor> calls, bool full, CancellationToken cancellation) =>
        new StoredRows(client, schema).Read(calls, null, full ? RowParts.Summary | RowParts.Record : RowParts.Summary, cancellation)
            .ToDictionary(static row => row.Key, static row => new FedCall(row.Value.Summary, row.Value.Record));
}
