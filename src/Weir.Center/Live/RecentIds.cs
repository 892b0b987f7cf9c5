using Weir.Records;

namespace Weir.Center.Live;

/// <summary>The ids of the last calls, so that one which comes again is known. Memory is taken once. Not thread-safe.</summary>
internal sealed class RecentIds(int limit)
{
    private readonly HashSet<ExchangeId> _known = new(limit);
    private readonly ExchangeId[] _order = new ExchangeId[limit];
    private int _next;

    /// <summary>False when it is known. The oldest gives way at the limit.</summary>
    public bool Add(ExchangeId id)
    {
        if (!_known.Add(id)) return false;
        if (_known.Count > limit) _known.Remove(_order[_next]);
        _order[_next] = id;
        _next = (_next + 1) % limit;
        return true;
    }

    public bool Contains(ExchangeId id) => _known.Contains(id);
}
