using Weir.Linux.Bpf;
using Weir.Linux.Native;

namespace Weir.Linux;

/// <summary>
/// A packet socket on every interface of a network namespace, those that come later included, for the sake of its filter: a program that
/// sees each frame from its link header on and returns 0, so that nothing is ever queued.
/// </summary>
public sealed unsafe class PacketTap : IDisposable
{
    private readonly FileDescriptor _socket;

    /// <summary>Opens it in the calling thread's network namespace.</summary>
    /// <param name="program">Of kind socket filter, loaded.</param>
    /// <exception cref="LinuxException">CAP_NET_RAW is missing, or the program is of another kind.</exception>
    public PacketTap(BpfProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        // Made with protocol 0 and bound last: it hears nothing before it has its filter.
        _socket = FileDescriptor.Adopt(Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0), "socket(AF_PACKET)");
        try
        {
            var number = program.Fd;
            if (Libc.setsockopt(_socket, Libc.SOL_SOCKET, Libc.SO_ATTACH_BPF, &number, sizeof(int)) < 0)
                throw LinuxException.Last("setsockopt(SO_ATTACH_BPF)");
            var address = new PacketAbi.sockaddr_ll { sll_family = Libc.AF_PACKET, sll_protocol = PacketAbi.ETH_P_ALL_BE };
            if (Libc.bind(_socket, &address, (uint)sizeof(PacketAbi.sockaddr_ll)) < 0) throw LinuxException.Last("bind(AF_PACKET)");
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _socket.Dispose();
}
