using System.Diagnostics.CodeAnalysis;

namespace Weir.Detection.Baseline;

/// <summary>A dictionary of bounded size that forgets what was not asked for the longest.</summary>
internal sealed class RecentMap<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _order = new();

    public int Count => _nodes.Count;

    /// <summary>How many were forgotten.</summary>
    public long Forgotten { get; private set; }

    public IEnumerable<(TKey Key, TValue Value)> All => _order;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        if (!_nodes.TryGetValue(key, out var node)) return false;
        _order.Remove(node);
        _order.AddLast(node);
        value = node.Value.Value;
        return true;
    }

    public void Add(TKey key, TValue value)
    {
        if (_nodes.Count >= capacity)
        {
            _nodes.Remove(_order.First!.Value.Key);
            _order.RemoveFirst();
            Forgotten++;
        }

        _nodes.Add(key, _order.AddLast((key, value)));
    }
}
