using System.Text;

namespace Weir.Linux;

/// <summary>
/// Reads a datagram of rtnetlink(7) messages: nlmsghdr {u32 len, u16 type, u16 flags, u32 seq, u32 pid}, ifinfomsg {u8 family,
/// u8, u16 type, i32 index, u32 flags, u32 change}, rtattr {u16 len, u16 type, …}; all in host byte order, padded to 4.
/// </summary>
internal static class LinkMessages
{
    public const ushort NLMSG_ERROR = 2;
    public const ushort NLMSG_DONE = 3;
    public const ushort RTM_NEWLINK = 16;
    public const ushort RTM_GETLINK = 18;
    private const ushort NLM_F_REQUEST = 1;
    private const ushort NLM_F_DUMP = 0x300;
    private const ushort NLM_F_DUMP_INTR = 0x10;
    private const ushort IFLA_IFNAME = 3;
    private const uint IFF_UP = 1;
    private const int HeaderLength = 16;
    private const int IfInfoLength = 16;

    public enum DumpState
    {
        More,
        Done,
        Failed,
    }

    /// <summary>Bytes of a request for all links.</summary>
    public static byte[] DumpRequest()
    {
        var request = new byte[HeaderLength + IfInfoLength];
        Write32(request, 0, (uint)request.Length);
        Write16(request, 4, RTM_GETLINK);
        Write16(request, 6, NLM_F_REQUEST | NLM_F_DUMP);
        return request;
    }

    /// <summary>
    /// Adds the links of one datagram of a dump. <paramref name="interrupted"/> is set when the table changed under the dump: it
    /// should be asked for again.
    /// </summary>
    public static DumpState ReadDump(
        ReadOnlySpan<byte> datagram, List<LinkInfo> links, ref bool interrupted, out int errno)
    {
        errno = 0;
        while (datagram.Length >= HeaderLength)
        {
            var length = (int)Math.Min(Read32(datagram, 0), int.MaxValue);
            if (length < HeaderLength || length > datagram.Length)
            {
                errno = Errno.EINVAL;
                return DumpState.Failed;
            }

            var message = datagram[..length];
            datagram = datagram[Math.Min(Align(length), datagram.Length)..];
            interrupted |= (Read16(message, 6) & NLM_F_DUMP_INTR) != 0;
            switch (Read16(message, 4))
            {
                case NLMSG_DONE: return DumpState.Done;
                case NLMSG_ERROR when message.Length >= HeaderLength + 4:
                    errno = -(int)Read32(message, HeaderLength);
                    return DumpState.Failed;
                case RTM_NEWLINK when TryReadLink(message[HeaderLength..], out var link):
                    links.Add(link);
                    break;
            }
        }

        return DumpState.More;
    }

    private static bool TryReadLink(ReadOnlySpan<byte> body, out LinkInfo link)
    {
        link = null!;
        if (body.Length < IfInfoLength) return false;
        var attributes = body[IfInfoLength..];
        while (attributes.Length >= 4)
        {
            int length = Read16(attributes, 0);
            if (length < 4 || length > attributes.Length) return false;
            if (Read16(attributes, 2) == IFLA_IFNAME)
            {
                var name = Encoding.UTF8.GetString(attributes[4..length].TrimEnd((byte)0));
                link = new LinkInfo((int)Read32(body, 4), name, (Read32(body, 8) & IFF_UP) != 0, Read16(body, 2));
                return true;
            }

            attributes = attributes[Math.Min(Align(length), attributes.Length)..];
        }

        return false;
    }

    private static int Align(int length) => (length + 3) & ~3;

    private static ushort Read16(ReadOnlySpan<byte> bytes, int at) =>
        BitConverter.ToUInt16(bytes[at..]);

    private static uint Read32(ReadOnlySpan<byte> bytes, int at) =>
        BitConverter.ToUInt32(bytes[at..]);

    private static void Write16(Span<byte> bytes, int at, ushort value) => BitConverter.TryWriteBytes(bytes[at..], value);

    private static void Write32(Span<byte> bytes, int at, uint value) => BitConverter.TryWriteBytes(bytes[at..], value);
}
