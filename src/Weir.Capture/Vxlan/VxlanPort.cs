using System.Globalization;
using Weir.Linux;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>One port of a <see cref="VxlanCaptureSource"/>: its socket while it is open, its counters for ever.</summary>
/// <remarks>Frame counters are written by the reading thread only; the socket and its drops under <c>_gate</c>.</remarks>
internal sealed class VxlanPort(int id, ushort port, DatagramSocket socket, int snapLength) : IDisposable
{
    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"vxlan:{port}");
    private readonly Lock _gate = new();
    private bool _closed;
    private uint _lastDrops;
    private long _drops;
    private long _frames;
    private long _bytes;
    private long _truncated;
    private long _noTunnel;

    public string Name => _name;

    public DatagramSocket Socket { get; } = socket;

    /// <summary>Hands over what waits, at most one batch; the last frame's time, 0 when nothing waited.</summary>
    public long Deliver(IFrameSink sink)
    {
        var count = Socket.Receive();
        var latestNs = 0L;
        for (var i = 0; i < count; i++)
        {
            var datagram = Socket[i];
            latestNs = Math.Max(latestNs, datagram.TimestampNs);
            Deliver(in datagram, sink);
        }

        return latestNs;
    }

    public InterfaceStatistics ReadStatistics()
    {
        lock (_gate)
        {
            if (!_closed) UpdateDrops();
            return new InterfaceStatistics(
                _name, Volatile.Read(ref _frames), Volatile.Read(ref _bytes), _drops, Volatile.Read(ref _truncated),
                Volatile.Read(ref _noTunnel));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed) return;
            UpdateDrops();
            _closed = true;
            Socket.Dispose();
        }
    }

    private void Deliver(in Datagram datagram, IFrameSink sink)
    {
        if (!VxlanHeader.TryRead(datagram.Data, out uint vni))
        {
            Volatile.Write(ref _noTunnel, _noTunnel + 1);
            return;
        }

        var frame = datagram.Data[VxlanHeader.Bytes..];
        if (frame.Length > snapLength) frame = frame[..snapLength];
        var originalLength = datagram.OriginalLength - VxlanHeader.Bytes;
        Volatile.Write(ref _frames, _frames + 1);
        Volatile.Write(ref _bytes, _bytes + frame.Length);
        if (frame.Length < originalLength) Volatile.Write(ref _truncated, _truncated + 1);
        var tunnel = new PacketTunnel(TunnelKind.Vxlan, Address(datagram.Source), Address(datagram.Destination), vni, 1);
        sink.OnFrame(new Frame(frame, originalLength, datagram.TimestampNs, LinkType.Ethernet, id, tunnel));
    }

    private void UpdateDrops()
    {
        // The kernel counts in 32 bits; the differences survive their overflow.
        var drops = Socket.ReadDrops();
        _drops += unchecked(drops - _lastDrops);
        _lastDrops = drops;
    }

    private static IpAddress Address(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        4 => IpAddress.FromV4(bytes),
        16 => IpAddress.FromV6(bytes),
        _ => default,
    };
}
