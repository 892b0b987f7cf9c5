using System.Runtime.InteropServices;
using Weir.Linux.Native;
using static Weir.Linux.Native.DatagramAbi;

namespace Weir.Linux;

/// <summary>The memory that recvmmsg(2) fills.</summary>
internal sealed unsafe class DatagramBatch : IDisposable
{
    /// <summary>Datagrams a call: enough that the call's own cost does not count.</summary>
    private const int Count = 64;

    /// <summary>
    /// Room for each: the length field of UDP has 16 bits, so nothing is ever cut. 4 MiB of addresses in all, of which only the
    /// pages that were written take memory: one a datagram of usual size.
    /// </summary>
    private const int BufferBytes = 1 << 16;

    /// <summary>Room for a time (32 bytes) and an address (40).</summary>
    private const int ControlBytes = 128;

    private readonly bool _isV6;
    private readonly byte* _memory;
    private readonly mmsghdr* _messages;

    public DatagramBatch(bool isV6)
    {
        _isV6 = isV6;
        var small = sizeof(mmsghdr) + sizeof(iovec) + ControlBytes + 32;
        _memory = (byte*)NativeMemory.AllocZeroed(Count, (nuint)(BufferBytes + small));
        _messages = (mmsghdr*)(_memory + (Count * BufferBytes));
        var vectors = (iovec*)(_messages + Count);
        var control = (byte*)(vectors + Count);
        var names = control + (Count * ControlBytes);
        for (var i = 0; i < Count; i++)
        {
            vectors[i] = new iovec { iov_base = _memory + (i * BufferBytes), iov_len = BufferBytes };
            _messages[i].msg_hdr = new msghdr
            {
                msg_name = names + (i * 32),
                msg_iov = vectors + i,
                msg_iovlen = 1,
                msg_control = control + (i * ControlBytes),
            };
        }
    }

    public int Receive(FileDescriptor fd)
    {
        for (var i = 0; i < Count; i++)
        {
            // In: how much room there is; out: how much was used.
            _messages[i].msg_hdr.msg_namelen = AddressBytes;
            _messages[i].msg_hdr.msg_controllen = ControlBytes;
        }

        var received = recvmmsg(fd, _messages, Count, Libc.MSG_DONTWAIT | MSG_TRUNC, null);
        if (received >= 0) return received;
        return Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR ? 0 : throw LinuxException.Last("recvmmsg");
    }

    public Datagram this[int index]
    {
        get
        {
            ref var message = ref _messages[index];
            var length = (int)message.msg_len;
            var name = message.msg_hdr.msg_name;
            ReadControl(in message.msg_hdr, out var timestampNs, out var destination);
            return new Datagram(
                new ReadOnlySpan<byte>(message.msg_hdr.msg_iov->iov_base, Math.Min(length, BufferBytes)), length, timestampNs,
                _isV6 ? new ReadOnlySpan<byte>(name + 8, 16) : new ReadOnlySpan<byte>(name + 4, 4), destination);
        }
    }

    public void Dispose() => NativeMemory.Free(_memory);

    /// <summary>Control messages are aligned to the size of a pointer (CMSG_ALIGN).</summary>
    private static void ReadControl(in msghdr header, out long timestampNs, out ReadOnlySpan<byte> destination)
    {
        timestampNs = 0;
        destination = default;
        var at = 0;
        while (at + sizeof(cmsghdr) <= (int)header.msg_controllen)
        {
            var control = (cmsghdr*)(header.msg_control + at);
            var length = (int)control->cmsg_len;
            if (length < sizeof(cmsghdr)) return;
            var data = (byte*)(control + 1);
            switch (control->cmsg_level, control->cmsg_type)
            {
                case (Libc.SOL_SOCKET, SO_TIMESTAMPNS):
                    timestampNs = (((timespec*)data)->tv_sec * 1_000_000_000L) + ((timespec*)data)->tv_nsec;
                    break;
                case (IPPROTO_IP, IP_PKTINFO):
                    // struct in_pktinfo: interface, local address, then the address in the header.
                    destination = new ReadOnlySpan<byte>(data + 8, 4);
                    break;
                case (IPPROTO_IPV6, IPV6_PKTINFO):
                    destination = new ReadOnlySpan<byte>(data, 16);
                    break;
            }

            at += (length + sizeof(nuint) - 1) & ~(sizeof(nuint) - 1);
        }
    }
}
