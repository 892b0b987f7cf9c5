using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Linux.Bpf;

/// <summary><c>struct weir_config</c> of bpf/contract/config.h: read-only data of an object, written before it is loaded.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ProgramConfig
{
    /// <summary><c>WEIR_CONTRACT_VERSION</c>: a program that was compiled for another one is not used.</summary>
    public const uint ContractVersion = 2;

    public uint Version;
    public uint Flags;
    public OwnProcesses Own;
    public SystemCalls Calls;
    public PortRanges Asked;
    public PortRanges LeftOut;
    public uint AskedCount;
    public uint LeftOutCount;
    public uint OnlyAsked;
    public uint StackBytes;

    [InlineArray(4)]
    public struct OwnProcesses
    {
        private uint _first;
    }

    [InlineArray(16)]
    public struct PortRanges
    {
        private PortSpan _first;
    }

    /// <summary><c>struct weir_port_range</c>: both ends included.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct PortSpan(ushort First, ushort Last);
}

/// <summary><c>struct weir_control</c>: may change while the programs run.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ProgramControl
{
    public CaptureLevel Level;
    public uint CallBytes;
    public uint HeaderBytes;
    public uint BudgetBytes;
}

/// <summary><c>enum weir_level</c>: how much of each call is sent.</summary>
public enum CaptureLevel : uint
{
    Off = 0,
    Sample = 1,
    Metadata = 2,
    Headers = 3,
    Bodies = 4,
}

/// <summary><c>struct weir_calls</c>: system call numbers (asm/unistd.h) of an architecture; -1 where it has none of the name.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SystemCalls
{
    public int Read;
    public int Write;
    public int Readv;
    public int Writev;
    public int Recvfrom;
    public int Sendto;
    public int Recvmsg;
    public int Sendmsg;
    public int Recvmmsg;
    public int Sendmmsg;
    public int Sendfile;
    public int Splice;
    public int IoUringEnter;
    public int Preadv2;
    public int Pwritev2;
    public int Padding;

    /// <exception cref="BpfException">Weir does not know the numbers of this architecture.</exception>
    public static SystemCalls OfThisHost() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => new SystemCalls
        {
            Read = 0, Write = 1, Readv = 19, Writev = 20, Recvfrom = 45, Sendto = 44, Recvmsg = 47, Sendmsg = 46,
            Recvmmsg = 299, Sendmmsg = 307, Sendfile = 40, Splice = 275, IoUringEnter = 426, Preadv2 = 327, Pwritev2 = 328,
        },
        Architecture.Arm64 => new SystemCalls
        {
            Read = 63, Write = 64, Readv = 65, Writev = 66, Recvfrom = 207, Sendto = 206, Recvmsg = 212, Sendmsg = 211,
            Recvmmsg = 243, Sendmmsg = 269, Sendfile = 71, Splice = 76, IoUringEnter = 426, Preadv2 = 286, Pwritev2 = 287,
        },
        var other => throw new BpfException("eBPF", 0, $"Weir does not know the system calls of {other}"),
    };
}
