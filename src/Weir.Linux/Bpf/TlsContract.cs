using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Linux.Bpf;

/// <summary><c>enum weir_tls_result</c> of bpf/contract/tls.h: how a function tells how many bytes it moved.</summary>
public enum TlsResult : byte
{
    ReturnsBytes = 0,
    WritesFourth = 1,
    WritesFifth = 2,
    MovesNothing = 3,
}

/// <summary><c>enum weir_tls_library</c>.</summary>
public enum TlsLibrary : byte
{
    None = 0,
    OpenSsl = 1,
    GnuTls = 2,
    Go = 3,
}

/// <summary><c>enum weir_tls_process</c>.</summary>
[Flags]
public enum TlsProcessFlags : uint
{
    None = 0,
    Seen = 1 << 0,
    Go = 1 << 1,
    Memory = 1 << 2,
    Nested = 1 << 3,
}

/// <summary><c>enum weir_tls_notice_kind</c>.</summary>
public enum TlsNoticeKind : uint
{
    None = 0,
    Exec = 1,
    Mapped = 2,
    Exit = 3,
    Memory = 4,
}

/// <summary><c>struct weir_tls_notice</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TlsNotice
{
    public TlsNoticeKind Kind;
    public uint Pid;
    public ulong ProcessStartNs;
    public CommandName Comm;

    [InlineArray(16)]
    public struct CommandName
    {
        private byte _first;
    }
}

/// <summary>What an attached probe tells its program about the function under it.</summary>
public static class TlsCookie
{
    public static ulong For(TlsLibrary library, EventDirection direction, TlsResult result) =>
        (ulong)direction | ((ulong)result << 1) | ((ulong)library << 8);
}

/// <summary>The part of <c>enum weir_counter</c> that the TLS programs have.</summary>
public enum TlsCounter
{
    Calls = 32,
    Bytes = 33,
    Sessions = 34,
    Nested = 35,
    Declared = 36,
    Fingerprint = 37,
    Rebound = 38,
    Unbound = 39,
    TableFull = 48,
    Depth = 49,
    Shape = 50,
    Notices = 51,
}
