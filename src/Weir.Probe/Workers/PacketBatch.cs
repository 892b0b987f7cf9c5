using Weir.Packets;

namespace Weir.Probe;

/// <summary>
/// Packets on their way from the thread that reads to one worker: copied, because the source's bytes are gone after its call.
/// Reused; a batch belongs to one thread at a time.
/// </summary>
/// <param name="keepsFrames">Whether whole frames are copied, for the packet recorder, or the TCP payload only.</param>
internal sealed class PacketBatch(bool keepsFrames)
{
    /// <summary>Bytes of packets after which a batch is handed over: it stays in the cache that the cores share.</summary>
    public const int Bytes = 256 << 10;

    /// <summary>The same for packets, of which most may be bare acknowledgments.</summary>
    private const int MaxPackets = 1024;

    /// <summary>A buffer that one giant frame made larger than this is not kept.</summary>
    private const int RetainedBytes = 1 << 20;

    private readonly Entry[] _entries = new Entry[MaxPackets];
    private byte[] _data = new byte[Bytes];
    private int _count;
    private int _used;

    /// <summary>What the worker does after the packets.</summary>
    public BatchEnd End { get; set; }

    /// <summary>For <see cref="End"/>: the capture's time in Unix nanoseconds.</summary>
    public long EndNs { get; set; }

    /// <summary>False when the batch is full and must be handed over first.</summary>
    public bool TryAdd(in Frame frame, in PacketView packet)
    {
        var needed = packet.Payload.Length + (keepsFrames ? frame.Data.Length : 0);
        if (_count == MaxPackets) return false;
        if (needed > _data.Length - _used)
        {
            if (_count > 0) return false;
            _data = new byte[needed];
        }

        ref var entry = ref _entries[_count++];
        entry.Set(in packet, _used);
        packet.Payload.CopyTo(_data.AsSpan(_used));
        _used += packet.Payload.Length;
        if (!keepsFrames) return true;
        entry.SetFrame(in frame, _used);
        frame.Data.CopyTo(_data.AsSpan(_used));
        _used += frame.Data.Length;
        return true;
    }

    /// <summary>Tells the worker at this place that time has come so far, also by packets of others; false as above.</summary>
    public bool TryAddTime(long nowNs)
    {
        if (_count == MaxPackets) return false;
        _entries[_count++].SetTime(nowNs);
        return true;
    }

    public void FeedTo(IPacketSink sink)
    {
        foreach (ref readonly var entry in _entries.AsSpan(0, _count))
        {
            if (entry.IsTime)
            {
                sink.Advance(entry.TimestampNs);
                continue;
            }

            var packet = entry.Packet(_data);
            sink.OnPacket(entry.Frame(_data), in packet);
        }

        if (End == BatchEnd.Idle) sink.OnIdle(EndNs);
        else if (End == BatchEnd.Finish) sink.Finish(EndNs);
    }

    public void Clear()
    {
        (_count, _used, End) = (0, 0, BatchEnd.More);
        if (_data.Length > RetainedBytes) _data = new byte[Bytes];
    }

    /// <summary>A <see cref="PacketView"/> and what is needed of its frame, their bytes by position.</summary>
    private struct Entry
    {
        private int _interfaceId;
        private int _wireLength;
        private ushort _vlanId;
        private PacketTunnel _tunnel;
        private IpAddress _source;
        private IpAddress _destination;
        private IpProtocol _protocol;
        private ushort _sourcePort;
        private ushort _destinationPort;
        private uint _sequence;
        private uint _acknowledgment;
        private TcpFlags _flags;
        private ushort _window;
        private byte _headerLength;
        private int _payloadAt;
        private int _payloadLength;
        private int _payloadWireLength;
        private SegmentOrigin _origin;
        private ushort _scope;
        private SocketProcess? _process;
        private SegmentTls? _tls;
        private int _frameAt;
        private int _frameLength;
        private int _originalLength;
        private LinkType _linkType;
        private ushort _strippedVlanTci;

        public long TimestampNs { readonly get; private set; }

        /// <summary>No packet: only the time is told.</summary>
        public bool IsTime { readonly get; private set; }

        public void SetTime(long nowNs) => (TimestampNs, IsTime) = (nowNs, true);

        public void Set(in PacketView packet, int payloadAt)
        {
            IsTime = false;
            TimestampNs = packet.TimestampNs;
            _interfaceId = packet.InterfaceId;
            _wireLength = packet.WireLength;
            _vlanId = packet.VlanId;
            _tunnel = packet.Tunnel;
            _source = packet.Source;
            _destination = packet.Destination;
            _protocol = packet.Protocol;
            _sourcePort = packet.SourcePort;
            _destinationPort = packet.DestinationPort;
            _sequence = packet.Sequence;
            _acknowledgment = packet.Acknowledgment;
            _flags = packet.Flags;
            _window = packet.Window;
            _headerLength = packet.HeaderLength;
            _payloadAt = payloadAt;
            _payloadLength = packet.Payload.Length;
            _payloadWireLength = packet.PayloadWireLength;
            _origin = packet.Origin;
            _scope = packet.Scope;
            _process = packet.Process;
            _tls = packet.Tls;
            _frameLength = 0;
        }

        public void SetFrame(in Frame frame, int at)
        {
            _frameAt = at;
            _frameLength = frame.Data.Length;
            _originalLength = frame.OriginalLength;
            _linkType = frame.LinkType;
            _strippedVlanTci = frame.StrippedVlanTci;
        }

        public readonly PacketView Packet(byte[] data) => new()
        {
            TimestampNs = TimestampNs,
            InterfaceId = _interfaceId,
            WireLength = _wireLength,
            VlanId = _vlanId,
            Tunnel = _tunnel,
            Source = _source,
            Destination = _destination,
            Protocol = _protocol,
            SourcePort = _sourcePort,
            DestinationPort = _destinationPort,
            Sequence = _sequence,
            Acknowledgment = _acknowledgment,
            Flags = _flags,
            Window = _window,
            HeaderLength = _headerLength,
            Payload = data.AsSpan(_payloadAt, _payloadLength),
            PayloadWireLength = _payloadWireLength,
            Origin = _origin,
            Scope = _scope,
            Process = _process,
            Tls = _tls,
        };

        /// <summary>The frame; without bytes when they were not kept.</summary>
        public readonly Frame Frame(byte[] data) => _frameLength == 0
            ? default
            : new Frame(data.AsSpan(_frameAt, _frameLength), _originalLength, TimestampNs, _linkType, _interfaceId)
            {
                StrippedVlanTci = _strippedVlanTci,
            };
    }
}

/// <summary>What a worker does after the packets of a batch.</summary>
internal enum BatchEnd : byte
{
    /// <summary>Nothing: more packets follow.</summary>
    More,
    /// <summary>Deliver what is held: nothing comes for now.</summary>
    Idle,
    /// <summary>The capture is over.</summary>
    Finish,
}
