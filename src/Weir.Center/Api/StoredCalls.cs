using Microsoft.AspNetCore.Http;
using Weir.Records;
using Weir.Storage;

namespace Weir.Center.Api;

/// <summary>How routes read calls from the store.</summary>
internal static class StoredCalls
{
    /// <summary>The answer where <see cref="Find"/> finds nothing.</summary>
    public static IResult Unknown => Problem.NotFound("There is no call of this id; it may have been deleted by retention.");

    /// <summary>The record of a call; null when there is none, or the text is no id.</summary>
    public static byte[]? Find(IExchangeStore store, string id, CancellationToken cancellation) =>
        ExchangeId.TryParse(id, out var parsed) ? store.Get(parsed, cancellation) : null;

    /// <summary>Every call of a query, newest first; as many are in memory at once as its limit says.</summary>
    public static IEnumerable<byte[]> Records(IExchangeStore store, ExchangeQuery query, CancellationToken cancellation)
    {
        while (true)
        {
            var page = store.Query(query, cancellation);
            foreach (var item in page.Items) yield return item.Json;
            if (page.Next is null) yield break;
            query = query with { After = page.Next };
        }
    }
}
