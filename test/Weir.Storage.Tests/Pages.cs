using Weir.Records;

namespace Weir.Storage.Tests;

internal static class Pages
{
    /// <summary>Everything that a query finds, page by page, and how much was looked at.</summary>
    public static (List<ExchangeId> Items, int Scanned) ReadAll(IExchangeStore store, ExchangeQuery query)
    {
        var items = new List<ExchangeId>();
        var scanned = 0;
        do
        {
            var page = store.Query(query);
            items.AddRange(page.Items.Select(item => item.Id));
            scanned += page.Scanned;
            query = query with { After = page.Next };
        }
        while (query.After is not null);
        return (items, scanned);
    }
}
