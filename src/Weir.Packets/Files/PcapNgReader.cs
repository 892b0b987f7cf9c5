namespace Weir.Packets;

/// <summary>
/// pcapng (draft-ietf-opsawg-pcapng): blocks of type, total length, body and the length again. Sections may differ in
/// byte order and number their interfaces anew; here interfaces of all sections stand in one list.
/// </summary>
internal sealed class PcapNgReader(StreamWindow window, CaptureFileLimits limits) : CaptureFormatReader(window, limits)
{
    /// <summary>Reads the same in both byte orders.</summary>
    internal const uint SectionHeader = 0x0A0D0D0A;
    internal const uint ByteOrderMagic = 0x1A2B3C4D;
    internal const uint InterfaceDescription = 1;
    internal const uint EnhancedPacket = 6;
    private const uint ObsoletePacket = 2;
    private const uint SimplePacket = 3;
    private const int FrameBytes = 12;
    private const int SectionBodyBytes = 16;
    private const int PacketBodyBytes = 20;
    private readonly List<TimestampResolution> _resolutions = [];
    private ByteOrder _order;
    private int _sectionStart;
    private int _consumeFirst;
    private long _lastNs;

    public override bool TryRead(out Frame frame)
    {
        frame = default;
        Window.Consume(_consumeFirst);
        _consumeFirst = 0;
        while (true)
        {
            if (!Window.Ensure(FrameBytes)) return End();
            if (_order.UInt32(Window.Bytes) == SectionHeader && !TryStartSection()) return false;
            var type = _order.UInt32(Window.Bytes);
            var length = _order.UInt32(Window.Bytes[4..]);
            if (length < FrameBytes || length % 4 != 0) return Damaged($"a block of type {type:x} claims {length} bytes");
            if (type is not (InterfaceDescription or EnhancedPacket or SimplePacket or ObsoletePacket))
            {
                if (!TrySkip(length)) return false;
                continue;
            }

            if (length > Limits.MaxBlockBytes) return Damaged($"a block of type {type:x} claims {length} bytes");
            if (!Window.Ensure((int)length)) return CutShort();
            if (_order.UInt32(Window.Bytes[((int)length - 4)..]) != length) return LengthsDisagree(length);
            var body = Window.Bytes[8..((int)length - 4)];
            if (type == InterfaceDescription)
            {
                if (!TryAddInterface(body)) return false;
                Window.Consume((int)length);
                continue;
            }

            var read = type == SimplePacket ? TryReadSimple(body, out frame) : TryReadPacket(type, body, out frame);
            if (read) _consumeFirst = (int)length;
            return read;
        }
    }

    private bool LengthsDisagree(uint length) => Damaged($"a block of {length} bytes ends with another length");

    /// <summary>The byte order of a section stands behind its length, so it is settled before the length is read.</summary>
    private bool TryStartSection()
    {
        if (!Window.Ensure(FrameBytes + SectionBodyBytes)) return CutShort();
        var magic = new ByteOrder(true).UInt32(Window.Bytes[8..]);
        if (magic is not ByteOrderMagic and not 0x4D3C2B1A) return Damaged($"a section has byte-order magic {magic:x}");
        _order = new ByteOrder(magic == ByteOrderMagic);
        _sectionStart = _resolutions.Count;
        return true;
    }

    private bool TrySkip(uint length)
    {
        if (!Window.Skip(length - 4L) || !Window.Ensure(4)) return CutShort();
        if (_order.UInt32(Window.Bytes) != length) return LengthsDisagree(length);
        Window.Consume(4);
        return true;
    }

    private bool TryAddInterface(ReadOnlySpan<byte> body)
    {
        if (body.Length < 8) return Damaged("an interface description is too short");
        if (_resolutions.Count >= Limits.MaxInterfaces) return Damaged($"more than {Limits.MaxInterfaces} interfaces");
        var options = PcapNgInterfaceOptions.Read(body[8..], _order);
        var snapLength = (int)Math.Min(_order.UInt32(body[4..]), int.MaxValue);
        AddInterface(new CaptureInterface(options.Name, (LinkType)_order.UInt16(body), snapLength));
        _resolutions.Add(options.Resolution);
        return true;
    }

    /// <summary>Enhanced packet block, or the packet block that it replaced: they differ in the first 4 bytes.</summary>
    private bool TryReadPacket(uint type, ReadOnlySpan<byte> body, out Frame frame)
    {
        frame = default;
        if (body.Length < PacketBodyBytes) return Damaged("a packet block is too short");
        var local = type == EnhancedPacket ? _order.UInt32(body) : _order.UInt16(body);
        if (local >= _resolutions.Count - _sectionStart) return Damaged($"a packet names the unknown interface {local}");
        var captured = _order.UInt32(body[12..]);
        if (captured > body.Length - PacketBodyBytes) return Damaged($"a packet claims {captured} captured bytes");
        var timestamp = ((ulong)_order.UInt32(body[4..]) << 32) | _order.UInt32(body[8..]);
        var id = _sectionStart + (int)local;
        _lastNs = _resolutions[id].ToNanoseconds(timestamp);
        frame = MakeFrame(body.Slice(PacketBodyBytes, (int)captured), _order.UInt32(body[16..]), id);
        return true;
    }

    /// <summary>A simple packet has no time; it gets that of the packet before, which keeps time monotonic.</summary>
    private bool TryReadSimple(ReadOnlySpan<byte> body, out Frame frame)
    {
        frame = default;
        if (body.Length < 4) return Damaged("a simple packet block is too short");
        if (_resolutions.Count == _sectionStart) return Damaged("a simple packet comes before any interface");
        var original = _order.UInt32(body);
        var snapLength = Interfaces[_sectionStart].SnapLength;
        var captured = Math.Min(original, (uint)(body.Length - 4));
        if (snapLength > 0) captured = Math.Min(captured, (uint)snapLength);
        frame = MakeFrame(body.Slice(4, (int)captured), original, _sectionStart);
        return true;
    }

    private Frame MakeFrame(ReadOnlySpan<byte> data, uint original, int id)
    {
        var originalLength = (int)Math.Min(Math.Max(original, (uint)data.Length), int.MaxValue);
        return new Frame(data, originalLength, _lastNs, Interfaces[id].LinkType, id);
    }
}
