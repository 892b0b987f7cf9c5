namespace Weir.Linux;

/// <summary>
/// The classic BPF program by which a fanout group (PACKET_FANOUT_CBPF) chooses the ring of a packet: a hash of addresses and
/// ports that is the same for both directions, and for a packet inside a tunnel that of the packet inside. So a connection stays
/// with one worker wherever on the node it is seen. docs/decisions/0007-flows-are-steered-by-what-is-inside.md.
/// </summary>
internal sealed class FlowSteering
{
    /// <summary>IP headers looked at: a packet, one in a tunnel, one in a tunnel in a tunnel.</summary>
    private const int Levels = 3;

    private const int SKF_AD_PROTOCOL = 0;
    internal const int SKF_AD_PKTTYPE = 4;
    internal const int PACKET_OUTGOING = 4;
    private const int IPPROTO_IPIP = 4;
    private const int IPPROTO_TCP = 6;
    private const int IPPROTO_UDP = 17;
    private const int IPPROTO_IPV6 = 41;
    private const int IPPROTO_GRE = 47;
    private const int ETH_P_8021Q = 0x8100;
    private const int ETH_P_8021AD = 0x88A8;
    private const int ETH_P_IP = 0x0800;
    private const int ETH_P_IPV6 = 0x86DD;
    private const int ETH_P_TEB = 0x6558;
    private const int ETH_P_ERSPAN = 0x88BE;

    // Words of the program's memory.
    private const int Header = 0;
    private const int Scratch = 1;
    private const int Addresses = 2;
    private const int Ports = 3;
    private const int Protocol = 4;

    private readonly int _linkHeaderBytes;
    private readonly TunnelPorts _tunnels;
    private readonly FilterAssembler _code = new();
    private readonly object _finish = FilterAssembler.NewLabel();
    private readonly object _notIp = FilterAssembler.NewLabel();
    private readonly object[] _ip = Labels();
    private readonly object[] _ethernet = Labels();

    private FlowSteering(int linkHeaderBytes, TunnelPorts tunnels) => (_linkHeaderBytes, _tunnels) = (linkHeaderBytes, tunnels);

    /// <param name="linkHeaderBytes">Of what is sent; what is received starts behind the link header.</param>
    /// <param name="tunnels">UDP ports of tunnels.</param>
    public static FilterProgram Program(int linkHeaderBytes, TunnelPorts tunnels) => new FlowSteering(linkHeaderBytes, tunnels).Build();

    private FilterProgram Build()
    {
        Enter();
        for (var level = 0; level < Levels; level++)
        {
            if (level > 0) EnterEthernet(level);
            _code.Mark(_ip[level]);
            Ip(level);
        }

        _code.Mark(_finish);
        // Multiplying carries each bit upwards, so the upper half is the part that depends on all of them.
        _code.LoadMemory(Ports);
        _code.Multiply(0x9E37_79B1);
        _code.LoadIndexMemory(Addresses);
        _code.XorIndex();
        _code.Multiply(0x85EB_CA6B);
        _code.ShiftRight(16);
        _code.ReturnA();
        _code.Mark(_notIp);
        _code.Return(0);
        return _code.Finish();
    }

    /// <summary>
    /// Received packets start at the network header, sent ones at the link header, unless PACKET_FANOUT_FLAG_DEFRAG has put
    /// them together from fragments: then at the network header as well (ip_frag_reasm in net/ipv4/ip_fragment.c). Eight bytes at the
    /// place where the kernel says the network header is tell which. Tags that are still there are passed.
    /// </summary>
    private void Enter()
    {
        object sent = FilterAssembler.NewLabel(), start = FilterAssembler.NewLabel(), tag = FilterAssembler.NewLabel();
        var whole = FilterAssembler.NewLabel();
        _code.LoadValue(0);
        _code.Store(Ports);
        _code.Store(Addresses);
        _code.LoadIndexValue(0);
        _code.LoadAncillary(SKF_AD_PKTTYPE);
        _code.JumpIfEqual(PACKET_OUTGOING, sent);
        _code.Jump(start);
        _code.Mark(sent);
        for (var word = 0; word < 8; word += 4)
        {
            _code.LoadNetworkWord(word);
            _code.Store(Scratch);
            _code.LoadIndexValue((uint)_linkHeaderBytes);
            _code.LoadWord(word);
            _code.LoadIndexMemory(Scratch);
            _code.XorIndex();
            _code.JumpUnlessEqual(0, whole);
        }

        _code.LoadIndexValue((uint)_linkHeaderBytes);
        _code.Jump(start);
        _code.Mark(whole);
        _code.LoadIndexValue(0);
        _code.Mark(start);
        _code.LoadAncillary(SKF_AD_PROTOCOL);
        _code.JumpIfEqual(ETH_P_8021Q, tag);
        _code.JumpIfEqual(ETH_P_8021AD, tag);
        _code.Jump(_ip[0]);
        _code.Mark(tag);
        // Tag control information, then the next EtherType.
        _code.LoadHalf(2);
        _code.Store(Scratch);
        Skip(4);
        _code.LoadMemory(Scratch);
        object second = FilterAssembler.NewLabel();
        _code.JumpIfEqual(ETH_P_8021Q, second);
        _code.Jump(_ip[0]);
        _code.Mark(second);
        Skip(4);
        _code.Jump(_ip[0]);
    }

    /// <summary>X at a MAC header inside a tunnel.</summary>
    private void EnterEthernet(int level)
    {
        _code.Mark(_ethernet[level]);
        object tagged = FilterAssembler.NewLabel(), plain = FilterAssembler.NewLabel();
        _code.LoadHalf(12);
        _code.JumpIfEqual(ETH_P_8021Q, tagged);
        _code.JumpIfEqual(ETH_P_8021AD, tagged);
        _code.Jump(plain);
        _code.Mark(tagged);
        Skip(4);
        _code.Mark(plain);
        Skip(14);
    }

    /// <summary>X at an IP header, RFC 791 §3.1 or RFC 8200 §3.</summary>
    private void Ip(int level)
    {
        object v4 = FilterAssembler.NewLabel(), v6 = FilterAssembler.NewLabel(), transport = FilterAssembler.NewLabel();
        _code.StoreIndex(Header);
        _code.LoadByte(0);
        _code.And(0xF0);
        _code.JumpIfEqual(0x40, v4);
        _code.JumpIfEqual(0x60, v6);
        _code.Jump(_notIp);

        _code.Mark(v4);
        HashAddresses(12, 2);
        _code.LoadByte(9);
        _code.Store(Protocol);
        // A fragment that the kernel could not put together has no ports.
        _code.LoadHalf(6);
        _code.JumpIfAnyBit(0x3FFF, _finish);
        _code.LoadByte(0);
        _code.And(0x0F);
        _code.ShiftLeft(2);
        _code.AddIndex();
        _code.IndexFromA();
        _code.Jump(transport);

        _code.Mark(v6);
        HashAddresses(8, 8);
        _code.LoadByte(6);
        _code.Store(Protocol);
        Skip(40);
        SkipExtension(transport);

        _code.Mark(transport);
        Transport(level);
    }

    /// <summary>Addresses := the exclusive or of <paramref name="words"/> words: the same for both directions.</summary>
    private void HashAddresses(int offset, int words)
    {
        _code.LoadWord(offset);
        _code.Store(Addresses);
        for (var word = 1; word < words; word++)
        {
            _code.LoadWord(offset + (4 * word));
            _code.LoadIndexMemory(Addresses);
            _code.XorIndex();
            _code.Store(Addresses);
            _code.LoadIndexMemory(Header);
        }
    }

    /// <summary>One hop-by-hop, routing or destination options header (RFC 8200 §4); more are not seen on TCP.</summary>
    private void SkipExtension(object transport)
    {
        var extension = FilterAssembler.NewLabel();
        _code.LoadMemory(Protocol);
        foreach (var number in (uint[])[0, 43, 60]) _code.JumpIfEqual(number, extension);
        _code.Jump(transport);
        _code.Mark(extension);
        _code.LoadByte(0);
        _code.Store(Protocol);
        _code.LoadByte(1);
        _code.Add(1);
        _code.ShiftLeft(3);
        _code.AddIndex();
        _code.IndexFromA();
    }

    /// <summary>X behind the IP header.</summary>
    private void Transport(int level)
    {
        object tcp = FilterAssembler.NewLabel(), udp = FilterAssembler.NewLabel(), gre = FilterAssembler.NewLabel();
        var inside = level + 1 < Levels;
        _code.LoadMemory(Protocol);
        _code.JumpIfEqual(IPPROTO_TCP, tcp);
        _code.JumpIfEqual(IPPROTO_UDP, udp);
        if (inside)
        {
            _code.JumpIfEqual(IPPROTO_IPIP, _ip[level + 1]);
            _code.JumpIfEqual(IPPROTO_IPV6, _ip[level + 1]);
            _code.JumpIfEqual(IPPROTO_GRE, gre);
        }

        _code.Jump(_finish);
        _code.Mark(udp);
        if (inside) Udp(level + 1);
        _code.Mark(tcp);
        _code.LoadHalf(0);
        _code.Store(Scratch);
        _code.LoadHalf(2);
        _code.LoadIndexMemory(Scratch);
        _code.XorIndex();
        _code.Store(Ports);
        _code.Jump(_finish);
        if (!inside) return;
        _code.Mark(gre);
        Gre(level + 1);
    }

    /// <summary>Goes on inside VXLAN (RFC 7348 §5) and Geneve (RFC 8926 §3.4); falls through for other UDP.</summary>
    private void Udp(int inner)
    {
        object vxlan = FilterAssembler.NewLabel(), geneve = FilterAssembler.NewLabel(), other = FilterAssembler.NewLabel();
        _code.LoadHalf(2);
        foreach (var port in _tunnels.Vxlan) _code.JumpIfEqual(port, vxlan);
        foreach (var port in _tunnels.Geneve) _code.JumpIfEqual(port, geneve);
        _code.Jump(other);

        _code.Mark(vxlan);
        Skip(16);
        _code.Jump(_ethernet[inner]);

        _code.Mark(geneve);
        _code.LoadHalf(10);
        _code.Store(Scratch);
        // Version, then the length of the options in words.
        _code.LoadByte(8);
        _code.And(0x3F);
        _code.ShiftLeft(2);
        _code.AddIndex();
        _code.Add(16);
        _code.IndexFromA();
        _code.LoadMemory(Scratch);
        _code.JumpIfEqual(ETH_P_TEB, _ethernet[inner]);
        _code.Jump(_ip[inner]);
        _code.Mark(other);
    }

    /// <summary>RFC 2784 and 2890: checksum, key and sequence number are there when their bit is set. Other versions: by address.</summary>
    private void Gre(int inner)
    {
        object erspan = FilterAssembler.NewLabel();
        _code.LoadHalf(0);
        _code.JumpIfAnyBit(0x4C07, _finish);
        _code.LoadHalf(2);
        _code.Store(Scratch);
        _code.StoreIndex(Header);
        _code.LoadHalf(0);
        // The bits 0x8000, 0x2000 and 0x1000 are four bytes each.
        _code.Store(Protocol);
        AddFourForEach(0x8000, 0x2000, 0x1000);
        _code.LoadIndexMemory(Header);
        Skip(4);
        _code.LoadMemory(Scratch);
        _code.JumpIfEqual(ETH_P_IP, _ip[inner]);
        _code.JumpIfEqual(ETH_P_IPV6, _ip[inner]);
        _code.JumpIfEqual(ETH_P_TEB, _ethernet[inner]);
        _code.JumpIfEqual(ETH_P_ERSPAN, erspan);
        _code.Jump(_finish);

        _code.Mark(erspan);
        // draft-foschiano-erspan-03 §4: type I has no sequence number and no header of its own, type II has 8 bytes.
        var first = FilterAssembler.NewLabel();
        _code.LoadMemory(Protocol);
        _code.And(0x1000);
        _code.JumpIfEqual(0, first);
        Skip(8);
        _code.Mark(first);
        _code.Jump(_ethernet[inner]);
    }

    /// <summary>Header += 4 for each of these bits that Protocol has.</summary>
    private void AddFourForEach(params uint[] bits)
    {
        foreach (var bit in bits)
        {
            var absent = FilterAssembler.NewLabel();
            _code.LoadMemory(Protocol);
            _code.And(bit);
            _code.JumpIfEqual(0, absent);
            _code.LoadMemory(Header);
            _code.Add(4);
            _code.Store(Header);
            _code.Mark(absent);
        }
    }

    private void Skip(int bytes)
    {
        _code.AFromIndex();
        _code.Add(bytes);
        _code.IndexFromA();
    }

    private static object[] Labels() => [.. Enumerable.Range(0, Levels).Select(_ => FilterAssembler.NewLabel())];
}

/// <summary>UDP ports whose packets are looked into.</summary>
public sealed record TunnelPorts(IReadOnlyList<ushort> Vxlan, IReadOnlyList<ushort> Geneve)
{
    /// <summary>IANA's, and for VXLAN the one Linux had before.</summary>
    public static TunnelPorts Default { get; } = new([4789, 8472], [6081]);
}
