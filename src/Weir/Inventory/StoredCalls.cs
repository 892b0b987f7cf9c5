using System.Text.Json;
using Weir.Records;
using Weir.Records.Json;
using Weir.Storage;

namespace Weir.Cli.Inventory;

/// <summary>
/// Calls that a center has stored, newest first, page by page: asked of it while it runs, or read from its data directory.
/// </summary>
internal sealed class StoredCalls : IDisposable
{
    /// <summary>Records of one page; a page of a center also ends at 16 MiB.</summary>
    private const int PageSize = 200;

    private readonly IDisposable _source;
    private readonly Func<string?, CancellationToken, (IReadOnlyList<byte[]> Records, string? Next)> _page;

    private StoredCalls(IDisposable source, Func<string?, CancellationToken, (IReadOnlyList<byte[]> Records, string? Next)> page) => (_source, _page) = (source, page);

    /// <param name="center">Disposed with this.</param>
    public static StoredCalls OfCenter(CenterClient center)
    {
        return new StoredCalls(center, (cursor, _) =>
        {
            var text = center.Text($"/api/v1/exchanges?detail=full&limit={PageSize}{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}");
            try
            {
                using var page = JsonDocument.Parse(text);
                return ([.. page.RootElement.GetProperty("items").EnumerateArray().Select(static one => JsonSerializer.SerializeToUtf8Bytes(one))], page.RootElement.GetProperty("next").GetString());
            }
            catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new IOException($"the center's answer is no page of calls: {broken.Message}", broken);
            }
        });
    }

    /// <exception cref="UsageException">There is no store in it.</exception>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public static StoredCalls InFolder(string folder)
    {
        var store = StoredData.Open(folder);
        return new StoredCalls(store, (cursor, cancellation) =>
        {
            ExchangeCursor? after = cursor is not null && ExchangeCursor.TryParse(cursor, out var place) ? place : null;
            var page = store.Query(new ExchangeQuery { Limit = PageSize, After = after, Detail = ExchangeDetail.Full }, cancellation);
            return ([.. page.Items.Select(static one => one.Json)], page.Next?.ToString());
        });
    }

    /// <summary>Hands over the calls of each page in turn, oldest of the page first, until it has had enough. Valid during the call only.</summary>
    /// <exception cref="IOException">The center cannot be reached, or refuses.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public void Run(Func<IReadOnlyList<Exchange>, bool> take, CancellationToken cancellation)
    {
        string? cursor = null;
        do
        {
            var (records, next) = _page(cursor, cancellation);
            var calls = new List<Exchange>(records.Count);
            foreach (var record in records.Reverse())
            {
                var exchange = new Exchange();
                if (ExchangeJsonReader.TryRead(record, exchange, out _) && !exchange.InProgress) calls.Add(exchange);
            }

            if (!take(calls)) return;
            cursor = next;
        }
        while (cursor is not null && !cancellation.IsCancellationRequested);
    }

    public void Dispose() => _source.Dispose();
}
