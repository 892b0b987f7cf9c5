namespace Weir.Packets;

/// <summary>
/// pcap (draft-ietf-opsawg-pcap): a 24-byte header, then records of seconds, fraction, captured and original length.
/// The modified format of old Linux libpcap has 8 more bytes a record (interface, protocol, direction), which are skipped.
/// </summary>
internal sealed class PcapReader : CaptureFormatReader
{
    internal const uint MagicMicroseconds = 0xA1B2C3D4;
    internal const uint MagicNanoseconds = 0xA1B23C4D;
    internal const uint MagicModified = 0xA1B2CD34;
    internal const int FileHeaderBytes = 24;
    private const int RecordHeaderBytes = 16;
    private const int ModifiedRecordHeaderBytes = 24;
    private readonly ByteOrder _order;
    private readonly int _recordHeaderBytes;
    private readonly long _nanosecondsPerFraction;
    private readonly bool _lengthsMayBeSwapped;
    private readonly LinkType _linkType;
    private int _consumeFirst;

    public PcapReader(StreamWindow window, CaptureFileLimits limits, bool bigEndian)
        : base(window, limits)
    {
        _order = new ByteOrder(bigEndian);
        var header = window.Bytes[..FileHeaderBytes];
        var magic = _order.UInt32(header);
        _recordHeaderBytes = magic == MagicModified ? ModifiedRecordHeaderBytes : RecordHeaderBytes;
        _nanosecondsPerFraction = magic == MagicNanoseconds ? 1 : 1_000;
        // libpcap sf-pcap.c: writers before version 2.4 did not agree on the order of the two lengths.
        _lengthsMayBeSwapped = _order.UInt16(header[4..]) == 2 && _order.UInt16(header[6..]) < 4;
        // The upper bits tell of a frame check sequence, which IP's own length cuts off.
        _linkType = (LinkType)(_order.UInt32(header[20..]) & 0x03FF_FFFF);
        var snapLength = (int)Math.Min(_order.UInt32(header[16..]), int.MaxValue);
        AddInterface(new CaptureInterface("", _linkType, snapLength));
        window.Consume(FileHeaderBytes);
    }

    public override bool TryRead(out Frame frame)
    {
        frame = default;
        Window.Consume(_consumeFirst);
        _consumeFirst = 0;
        if (!Window.Ensure(_recordHeaderBytes)) return End();
        var header = Window.Bytes;
        var captured = _order.UInt32(header[8..]);
        var original = _order.UInt32(header[12..]);
        if (_lengthsMayBeSwapped && captured > original) (captured, original) = (original, captured);
        if (captured > Limits.MaxBlockBytes - _recordHeaderBytes) return Damaged($"a packet claims {captured} captured bytes");
        var record = _recordHeaderBytes + (int)captured;
        if (!Window.Ensure(record)) return CutShort();
        header = Window.Bytes;
        var timestampNs = (_order.UInt32(header) * 1_000_000_000L) + (_order.UInt32(header[4..]) * _nanosecondsPerFraction);
        var originalLength = (int)Math.Min(Math.Max(original, captured), int.MaxValue);
        frame = new Frame(header[_recordHeaderBytes..record], originalLength, timestampNs, _linkType);
        _consumeFirst = record;
        return true;
    }
}
