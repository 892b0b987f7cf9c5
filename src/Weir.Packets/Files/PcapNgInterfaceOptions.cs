using System.Text;

namespace Weir.Packets;

/// <summary>The options of an interface description block that change how its packets are read.</summary>
internal readonly struct PcapNgInterfaceOptions(string name, TimestampResolution resolution)
{
    internal const ushort EndOfOptions = 0;
    internal const ushort IfName = 2;
    internal const ushort IfTsResol = 9;
    private const ushort IfTsOffset = 14;

    public readonly string Name = name;
    public readonly TimestampResolution Resolution = resolution;

    /// <summary>Options are code, length, value padded to 4 bytes. A list that breaks off counts as far as it goes.</summary>
    public static PcapNgInterfaceOptions Read(ReadOnlySpan<byte> options, ByteOrder order)
    {
        var name = "";
        var resolution = TimestampResolution.Microseconds;
        var offsetSeconds = 0L;
        while (options.Length >= 4)
        {
            var code = order.UInt16(options);
            var length = order.UInt16(options[2..]);
            options = options[4..];
            if (code == EndOfOptions || length > options.Length) break;
            var value = options[..length];
            if (code == IfName) name = Encoding.UTF8.GetString(value);
            else if (code == IfTsResol && length >= 1) resolution = value[0];
            else if (code == IfTsOffset && length >= 8) offsetSeconds = order.Int64(value);
            options = options[Math.Min(options.Length, (length + 3) & ~3)..];
        }

        return new PcapNgInterfaceOptions(name, new TimestampResolution(resolution, offsetSeconds));
    }
}
