using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>Tells capture formats by their first bytes, and what else a file may be for the error text.</summary>
internal static class CaptureFileSniffer
{
    private static readonly (byte[] Magic, string Name)[] Others =
    [
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd-compressed data"),
        ([0x04, 0x22, 0x4D, 0x18], "LZ4-compressed data"),
        ([0xFD, 0x37, 0x7A, 0x58], "xz-compressed data"),
        ("BZh"u8.ToArray(), "bzip2-compressed data"),
        ("PK\x03\x04"u8.ToArray(), "a ZIP archive"),
        ("snoop\0"u8.ToArray(), "a Solaris snoop capture"),
        ("version https://git-lfs"u8.ToArray(), "a Git LFS pointer, not the file itself"),
    ];

    /// <exception cref="CaptureFileException">The bytes are no pcap or pcapng header.</exception>
    public static CaptureFormatReader Open(StreamWindow window, CaptureFileLimits limits, bool isGzip)
    {
        if (window.Ensure(4))
        {
            var magic = ReadUInt32BigEndian(window.Bytes);
            if (magic == PcapNgReader.SectionHeader) return OpenPcapNg(window, limits);
            if (IsPcap(magic)) return OpenPcap(window, limits, true);
            if (IsPcap(ReverseEndianness(magic))) return OpenPcap(window, limits, false);
        }

        throw new CaptureFileException(Describe(window, isGzip));
    }

    private static bool IsPcap(uint magic) =>
        magic is PcapReader.MagicMicroseconds or PcapReader.MagicNanoseconds or PcapReader.MagicModified;

    private static PcapReader OpenPcap(StreamWindow window, CaptureFileLimits limits, bool bigEndian) =>
        window.Ensure(PcapReader.FileHeaderBytes)
            ? new PcapReader(window, limits, bigEndian)
            : throw new CaptureFileException($"a pcap file header has 24 bytes, but the file ends after {window.Bytes.Length}");

    private static PcapNgReader OpenPcapNg(StreamWindow window, CaptureFileLimits limits)
    {
        if (!window.Ensure(12))
            throw new CaptureFileException($"a pcapng section header has 28 bytes, but the file ends after {window.Bytes.Length}");
        var order = ReadUInt32BigEndian(window.Bytes[8..]);
        if (order != PcapNgReader.ByteOrderMagic && ReverseEndianness(order) != PcapNgReader.ByteOrderMagic)
            throw new CaptureFileException($"starts like pcapng, but its byte-order magic is {order:x8}");
        return new PcapNgReader(window, limits);
    }

    private static string Describe(StreamWindow window, bool isGzip)
    {
        if (window.Failure is not null) return $"cannot be read: {window.Failure}";
        var bytes = window.Bytes;
        if (bytes.IsEmpty) return isGzip ? "gzip data that holds nothing, or ends before a capture begins" : "the input is empty";
        foreach (var (magic, name) in Others)
        {
            if (bytes.StartsWith(magic)) return $"not a pcap or pcapng file but {name}";
        }

        var start = bytes[..Math.Min(bytes.Length, 16)];
        var isText = start.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;
        var seen = isText ? $"the text \"{Encoding.ASCII.GetString(start)}\"" : $"the bytes {Convert.ToHexStringLower(start)}";
        return $"not a pcap or pcapng file: it starts with {seen}";
    }
}
