using Weir.Packets;

namespace Weir.Export.Retention;

/// <summary>
/// One worker's way into a <see cref="PacketKeeper"/>; not thread-safe. It never waits: frames that find no batch free are counted.
/// </summary>
public sealed class KeeperLane
{
    private readonly PacketKeeper _keeper;
    private readonly Func<int, string?> _names;
    private KeptBatch? _batch;
    private (LinkType LinkType, int Number)[] _interfaces = [];
    private long _lost;

    internal KeeperLane(PacketKeeper keeper, Func<int, string?> names) => (_keeper, _names) = (keeper, names);

    /// <summary>Frames that found the queue full; any thread may read.</summary>
    internal long Lost => Volatile.Read(ref _lost);

    /// <param name="frame">As captured.</param>
    /// <param name="flow">Of the packet in it, as <see cref="FlowHash.Of"/>; 0 for what is of no flow.</param>
    public void Keep(in Frame frame, ulong flow)
    {
        var number = NumberOf(in frame);
        if (_batch?.TryAdd(in frame, number, flow) == true) return;
        Flush();
        _batch = _keeper.Rent();
        // The second refusal is of a frame larger than a batch, which no interface has.
        if (_batch?.TryAdd(in frame, number, flow) != true) Volatile.Write(ref _lost, _lost + 1);
    }

    /// <summary>Hands over what has come together; called when the worker has nothing to do, at least every 100 ms.</summary>
    public void Flush()
    {
        if (_batch is null) return;
        if (_batch.Frames == 0) _keeper.Return(_batch);
        else _keeper.Post(_batch);
        _batch = null;
    }

    private int NumberOf(in Frame frame)
    {
        var id = Math.Max(0, frame.InterfaceId);
        if (id < _interfaces.Length && _interfaces[id].Number >= 0 && _interfaces[id].LinkType == frame.LinkType) return _interfaces[id].Number;
        if (id >= _interfaces.Length)
        {
            var before = _interfaces.Length;
            Array.Resize(ref _interfaces, Math.Max(8, 2 * (id + 1)));
            Array.Fill(_interfaces, (default, -1), before, _interfaces.Length - before);
        }

        var number = _keeper.NumberOf(_names(frame.InterfaceId) ?? "", frame.LinkType);
        _interfaces[id] = (frame.LinkType, number);
        return number;
    }
}
