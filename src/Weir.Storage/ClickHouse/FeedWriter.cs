using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Weir.Storage.ClickHouse;

/// <summary>
/// Tells other centers what this one wrote: one row for each batch, with the places of its calls and the number of those before. What
/// could not be told is told first the next time, under the same number, so that the numbers have no holes but those of rows that are
/// on their way. Not thread-safe: the store holds its lock around every call.
/// </summary>
internal sealed class FeedWriter(ClickHouseClient client, ClickHouseSchema schema)
{
    /// <summary>Bytes of a place: start, id.</summary>
    public const int PlaceBytes = 8 + 16;

    private readonly RowBinaryWriter _row = new();
    private byte[]? _untold;
    private long _told;

    /// <summary>This center, until it ends: one that starts again is another.</summary>
    public ulong Writer { get; } = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));

    /// <param name="calls">Those of a batch that is stored, whoever stored them: of one that was killed before it could tell, the next tells.</param>
    /// <exception cref="StoreException">To be given again, with the batch.</exception>
    public void Tell(IReadOnlyCollection<ExchangeCursor> calls)
    {
        var places = new byte[calls.Count * PlaceBytes];
        var at = places.AsSpan();
        foreach (var call in calls)
        {
            BinaryPrimitives.WriteInt64LittleEndian(at, call.StartedAtNs);
            BinaryPrimitives.WriteUInt128LittleEndian(at[8..], call.Id.Value);
            at = at[PlaceBytes..];
        }

        if (_untold is { } before)
        {
            Insert(before);
            if (before.AsSpan().SequenceEqual(places)) return;
        }

        Insert(_untold = places);
    }

    private void Insert(byte[] places)
    {
        var count = places.Length / PlaceBytes;
        _row.Clear();
        _row.UInt64(Writer);
        _row.Int64(_told);
        _row.Int32(count);
        _row.Text(places);
        client.Insert($"{schema.Feed} (writer,first,calls,places)", _row.Written, Guid.NewGuid().ToString("N"));
        _told += count;
        _untold = null;
    }
}
