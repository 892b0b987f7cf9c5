using Weir.Linux.Bpf;
using Weir.Packets;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>How far a stream of plaintext is known.</summary>
internal enum TlsStreamState
{
    /// <summary>Its socket is not known yet: what it brings is held.</summary>
    Waiting,
    /// <summary>Its socket is known, and no plaintext has come.</summary>
    Bound,
    /// <summary>It tells the bytes of its connection.</summary>
    Telling,
    /// <summary>The other end of the connection tells them.</summary>
    Naming,
}

/// <summary>Both ends of a connection, the smaller first, and where their addresses mean something.</summary>
internal readonly record struct TlsEnds(TlsEnd Low, TlsEnd High, uint Scope)
{
    public static TlsEnds Of(in EventHeader header)
    {
        var local = new TlsEnd(IpAddress.FromV6(header.LocalAddress), header.LocalPort);
        var remote = new TlsEnd(IpAddress.FromV6(header.RemoteAddress), header.RemotePort);
        return Of(local, remote, ScopeOf(local, remote, header.Netns));
    }

    public static TlsEnds Of(TlsEnd one, TlsEnd other, uint scope)
    {
        var inOrder = one.Port != other.Port ? one.Port < other.Port : IsLower(one.Ip, other.Ip);
        return inOrder ? new TlsEnds(one, other, scope) : new TlsEnds(other, one, scope);
    }

    /// <summary>Addresses that lead to another host mean the same everywhere; those that stay within a namespace do not.</summary>
    public static uint ScopeOf(TlsEnd local, TlsEnd remote, uint netns) => local.Ip.IsLoopback || local.Ip.Equals(remote.Ip) ? netns : 0;

    /// <summary>Some order, the same at both ends.</summary>
    private static bool IsLower(IpAddress one, IpAddress other)
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes.Clear();
        one.WriteBytes(bytes);
        other.WriteBytes(bytes[16..]);
        return bytes[..16].SequenceCompareTo(bytes[16..]) <= 0;
    }
}

/// <summary>An end of a connection.</summary>
internal readonly record struct TlsEnd(IpAddress Ip, ushort Port);

/// <summary>Plaintext that waits for its socket to be known.</summary>
internal readonly record struct HeldChunk(EventDirection Direction, uint Sequence, byte[] Bytes, int MissingBytes, long TimeNs);

/// <summary>The plaintext of one session object of a TLS library.</summary>
internal sealed class TlsStream(ulong connection, uint pid, SocketProcess? process, TlsLibrary library)
{
    private uint _sent;
    private uint _received;
    private ushort _scope;
    private SegmentTls _tls = new(NameOf(library), TlsBinding.None);

    public ulong Connection { get; } = connection;

    public uint Pid { get; } = pid;

    public TlsStreamState State { get; set; }

    public List<HeldChunk> Held { get; } = [];

    public long HeldBytes { get; set; }

    /// <summary>Unix nanoseconds of the last event.</summary>
    public long LastNs { get; set; }

    /// <summary>The other end, which was bound before this one told anything and has to be named.</summary>
    public TlsStream? Other { get; set; }

    public TlsEnd Local { get; private set; }

    public TlsEnd Remote { get; private set; }

    public TlsEnds Ends { get; private set; }

    /// <summary>Position behind the last byte of a direction, as this end counts.</summary>
    public ref uint Position(EventDirection direction) => ref direction == EventDirection.Sent ? ref _sent : ref _received;

    public void Bind(in EventHeader header)
    {
        Local = new TlsEnd(IpAddress.FromV6(header.LocalAddress), header.LocalPort);
        Remote = new TlsEnd(IpAddress.FromV6(header.RemoteAddress), header.RemotePort);
        Arrange(TlsEnds.ScopeOf(Local, Remote, header.Netns));
        _tls = new SegmentTls(NameOf(library), BindingOf(header.Binding));
    }

    /// <summary>
    /// Where it leads is not known. Reassembly needs ends all the same: addresses of the block that leads nowhere (RFC 6666), which
    /// no record shows.
    /// </summary>
    public void LeaveUnbound()
    {
        Span<byte> address = stackalloc byte[16];
        address.Clear();
        address[0] = 1;
        BitConverter.TryWriteBytes(address[8..], Connection);
        Local = new TlsEnd(IpAddress.FromV6(address), 1);
        Remote = new TlsEnd(IpAddress.FromV6(address), 2);
        Arrange(0);
    }

    /// <summary>A segment without payload that this end sent or received.</summary>
    public PacketView Segment(EventDirection direction, uint sequence, long timestampNs)
    {
        var sent = direction == EventDirection.Sent;
        var (from, to) = sent ? (Local, Remote) : (Remote, Local);
        return new PacketView
        {
            TimestampNs = timestampNs,
            Source = from.Ip,
            SourcePort = from.Port,
            Destination = to.Ip,
            DestinationPort = to.Port,
            Protocol = IpProtocol.Tcp,
            Sequence = sequence,
            Acknowledgment = sent ? _received : _sent,
            Flags = TcpFlags.Ack | TcpFlags.Psh,
            Window = ushort.MaxValue,
            Origin = sent ? SegmentOrigin.Sender : SegmentOrigin.Receiver,
            Scope = _scope,
            Process = process,
            Tls = _tls,
        };
    }

    private void Arrange(uint netns)
    {
        Ends = TlsEnds.Of(Local, Remote, netns);
        // Namespaces have numbers from 0xF0000000 on: their low bits tell them apart.
        _scope = (ushort)(TlsFeed.ScopeBit | (netns & 0x7FFF));
    }

    private static TlsBinding BindingOf(EventBinding binding) => binding switch
    {
        EventBinding.Nested => TlsBinding.Nested,
        EventBinding.Declared => TlsBinding.Declared,
        EventBinding.Fingerprint => TlsBinding.Fingerprint,
        _ => TlsBinding.None,
    };

    private static string NameOf(TlsLibrary library) => library switch
    {
        TlsLibrary.OpenSsl => "openssl",
        TlsLibrary.GnuTls => "gnutls",
        TlsLibrary.Go => "go",
        _ => "unknown",
    };
}
