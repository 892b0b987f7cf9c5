using System.Net;

namespace Weir.Linux;

/// <summary>How to open a <see cref="DatagramSocket"/>.</summary>
/// <param name="Port">UDP port.</param>
public sealed record DatagramSocketSettings(ushort Port)
{
    /// <summary>Local address; null for all of them, IPv6 as well where the host has it.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Interface by which datagrams must arrive; null for any.</summary>
    public string? Device { get; init; }

    /// <summary>Bytes of kernel memory for datagrams that were not read yet, their bookkeeping included.</summary>
    public int BufferBytes { get; init; } = 64 << 20;
}
