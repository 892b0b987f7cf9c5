using Weir.Packets;

namespace Weir.Probe;

/// <summary>A frame that waits until it is known whether its exchange matches.</summary>
/// <param name="Data">Its captured bytes; what is sensitive is blanked in place.</param>
/// <param name="OriginalLength">Bytes on the wire.</param>
/// <param name="TimestampNs">Unix nanoseconds.</param>
/// <param name="LinkType">What it begins with.</param>
/// <param name="InterfaceId">Of the capture.</param>
/// <param name="VlanTci">Tag that the kernel took off.</param>
/// <param name="Opens">A SYN without ACK.</param>
/// <param name="FromLow">From the first end of its connection's key.</param>
/// <param name="Network">As <see cref="PacketTunnel.Network"/>.</param>
internal sealed record HeldFrame(
    byte[] Data, int OriginalLength, long TimestampNs, LinkType LinkType, int InterfaceId, ushort VlanTci, bool Opens, bool FromLow, ulong Network)
{
    /// <summary>Object headers and table entries of a held frame, rounded up.</summary>
    private const int OverheadBytes = 128;

    public int Cost => Data.Length + OverheadBytes;

    /// <summary>Its bytes could not be told apart, so it must not be written.</summary>
    public bool IsUnwritable { get; set; }
}

/// <summary>
/// Frames of one connection in order of time. Interfaces deliver theirs interleaved, so a frame may come a few places late; taking
/// from the front costs what is taken.
/// </summary>
internal sealed class HeldFrames
{
    private readonly List<HeldFrame> _frames = [];
    private int _first;

    public int Count => _frames.Count - _first;

    public HeldFrame this[int index] => _frames[_first + index];

    public void Add(HeldFrame frame)
    {
        _frames.Add(frame);
        for (var i = _frames.Count - 1; i > _first && _frames[i - 1].TimestampNs > frame.TimestampNs; i--)
            (_frames[i], _frames[i - 1]) = (_frames[i - 1], _frames[i]);
    }

    /// <summary>How many are of that time or before.</summary>
    public int CountUntil(long timestampNs)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (this[middle].TimestampNs <= timestampNs) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Takes those out of the first <paramref name="count"/> for which <paramref name="taken"/> is true; the others stay, in order.</summary>
    public void Take(int count, Func<HeldFrame, bool> taken)
    {
        // From the back, so that what stays closes up to what follows.
        var to = _first + count;
        for (var i = to - 1; i >= _first; i--)
            if (!taken(_frames[i])) _frames[--to] = _frames[i];
        Forget(to - _first);
    }

    /// <summary>Removes the first ones.</summary>
    public void RemoveFirst(int count) => Forget(count);

    private void Forget(int count)
    {
        for (var i = 0; i < count; i++) _frames[_first + i] = null!;
        _first += count;
        if (_first < _frames.Count - _first) return;
        _frames.RemoveRange(0, _first);
        _first = 0;
    }
}
