using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Linux.Bpf;

/// <summary>
/// <c>struct weir_event</c> of bpf/contract/event.h, where each field is described. A test compares both with the BTF of the object.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct EventHeader
{
    /// <summary>Bytes from the start of a record to its data.</summary>
    public const int Bytes = 160;

    public EventKind Kind;
    public EventDirection Direction;
    public EventRole Role;
    public EventProtocol Protocol;
    public EventFlags Flags;
    public ulong TimeNs;
    public ulong Connection;
    public ulong Socket;
    public ulong Cookie;
    public ulong Cgroup;
    public ulong ProcessStartNs;
    public uint Pid;
    public uint Tid;
    public CommandName Comm;
    public uint Netns;
    public uint Reserved;
    public AddressBytes LocalAddress;
    public AddressBytes RemoteAddress;
    public ushort LocalPort;
    public ushort RemotePort;
    public uint Seq;
    public uint Ack;
    public uint Total;
    public uint Captured;
    public uint Call;
    public ulong Ssl;
    public EventBinding Binding;
    private readonly PaddingBytes _padding;

    /// <summary>The header at the start of a record of the ring; false when the record is too short for it and its data.</summary>
    public static bool TryRead(ReadOnlySpan<byte> record, out EventHeader header, out ReadOnlySpan<byte> data)
    {
        data = default;
        if (!MemoryMarshal.TryRead(record, out header) || header.Captured > record.Length - Bytes) return false;
        data = record.Slice(Bytes, (int)header.Captured);
        return true;
    }

    [InlineArray(16)]
    public struct CommandName
    {
        private byte _first;
    }

    [InlineArray(16)]
    public struct AddressBytes
    {
        private byte _first;
    }

    [InlineArray(7)]
    private struct PaddingBytes
    {
        private byte _first;
    }
}

/// <summary><c>enum weir_kind</c>.</summary>
public enum EventKind : byte
{
    None = 0,
    Data = 1,
    Open = 2,
    Fin = 3,
    Close = 4,
    Encrypted = 5,
    TlsData = 16,
    TlsClose = 17,
    TlsBound = 18,
}

/// <summary><c>enum weir_direction</c>.</summary>
public enum EventDirection : byte
{
    Sent = 0,
    Received = 1,
}

/// <summary><c>enum weir_role</c>.</summary>
public enum EventRole : byte
{
    Unknown = 0,
    Client = 1,
    Server = 2,
}

/// <summary><c>enum weir_protocol</c>.</summary>
public enum EventProtocol : byte
{
    Unknown = 0,
    Http1 = 1,
    Http2 = 2,
    Dns = 3,
    Tls = 4,
    Asked = 5,
    Ignored = 6,
}

/// <summary><c>enum weir_binding</c>.</summary>
public enum EventBinding : byte
{
    None = 0,
    Thread = 1,
    Length = 2,
    Fingerprint = 3,
    Declared = 4,
    Nested = 5,
}

/// <summary><c>enum weir_flags</c>.</summary>
[Flags]
public enum EventFlags : uint
{
    None = 0,
    Truncated = 1 << 0,
    NoBuffer = 1 << 1,
    Fault = 1 << 2,
    Sequence = 1 << 3,
    Process = 1 << 4,
    Reset = 1 << 5,
    Midstream = 1 << 6,
    Undecided = 1 << 7,
}
