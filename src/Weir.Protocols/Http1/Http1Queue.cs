namespace Weir.Protocols.Http1;

/// <summary>Requests that wait for their responses, oldest first: a ring that grows to its limit and is kept for reuse.</summary>
internal sealed class Http1Queue
{
    private Http1Pending?[] _ring = new Http1Pending?[4];
    private int _head;

    public int Count { get; private set; }

    public Http1Pending this[int index] => _ring[(_head + index) & (_ring.Length - 1)]!;

    public void Enqueue(Http1Pending pending)
    {
        if (Count == _ring.Length) Grow();
        _ring[(_head + Count++) & (_ring.Length - 1)] = pending;
        pending.Queued = true;
    }

    public Http1Pending Dequeue()
    {
        var pending = this[0];
        _ring[_head] = null;
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        pending.Queued = false;
        return pending;
    }

    public void RemoveLast()
    {
        ref var slot = ref _ring[(_head + --Count) & (_ring.Length - 1)];
        slot!.Queued = false;
        slot = null;
    }

    private void Grow()
    {
        var larger = new Http1Pending?[_ring.Length * 2];
        for (var i = 0; i < Count; i++) larger[i] = this[i];
        _ring = larger;
        _head = 0;
    }
}
