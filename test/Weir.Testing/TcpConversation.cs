using System.Text;
using Weir.Packets;

namespace Weir.Testing;

/// <summary>
/// Writes a TCP connection down packet by packet: right sequence numbers, data split at <see cref="SegmentBytes"/>, each
/// data packet acknowledged when <see cref="AcknowledgeData"/> is set. Methods return the conversation itself.
/// </summary>
/// <param name="client">Address and port of the initiator, <c>10.0.0.1:40000</c> or <c>[fd00::1]:40000</c>.</param>
/// <param name="server">Address and port of the responder.</param>
/// <param name="startNs">Time of the first packet, Unix nanoseconds.</param>
public sealed class TcpConversation(
    string client = "10.0.0.1:40000", string server = "10.0.0.2:80", long startNs = 1_700_000_000_000_000_000)
{
    private readonly List<TestFrame> _frames = [];

    /// <summary>Next sequence number of the client.</summary>
    public uint ClientSequence { get; set; } = 1_000;

    /// <summary>Next sequence number of the server.</summary>
    public uint ServerSequence { get; set; } = 5_000_000;

    public int SegmentBytes { get; init; } = 1_448;

    public bool AcknowledgeData { get; init; }

    /// <summary>Time of the next packet, Unix nanoseconds.</summary>
    public long NowNs { get; private set; } = startNs;

    /// <summary>Nanoseconds between packets.</summary>
    public long StepNs { get; init; } = 100_000;

    public IReadOnlyList<TestFrame> Frames => _frames;

    public TcpConversation Handshake()
    {
        Send(true, TcpFlags.Syn, []);
        ClientSequence++;
        Send(false, TcpFlags.Syn | TcpFlags.Ack, []);
        ServerSequence++;
        return Send(true, TcpFlags.Ack, []);
    }

    /// <param name="text">Latin-1.</param>
    /// <param name="segmentBytes">Instead of <see cref="SegmentBytes"/>.</param>
    public TcpConversation FromClient(string text, int? segmentBytes = null) => Data(true, Encoding.Latin1.GetBytes(text), segmentBytes);

    public TcpConversation FromClient(ReadOnlySpan<byte> bytes) => Data(true, bytes);

    public TcpConversation FromServer(string text) => FromServer(Encoding.Latin1.GetBytes(text));

    public TcpConversation FromServer(ReadOnlySpan<byte> bytes) => Data(false, bytes);

    /// <summary>FIN of the client and its acknowledgment.</summary>
    public TcpConversation ClientFin() => Fin(true);

    public TcpConversation ServerFin() => Fin(false);

    /// <summary>Orderly end of both directions, the client first.</summary>
    public TcpConversation Close() => ClientFin().ServerFin();

    public TcpConversation ClientReset() => Send(true, TcpFlags.Rst | TcpFlags.Ack, []);

    public TcpConversation ServerReset() => Send(false, TcpFlags.Rst | TcpFlags.Ack, []);

    /// <summary>Bytes that were sent but that the capture does not have.</summary>
    public TcpConversation LoseFromClient(int bytes)
    {
        ClientSequence += (uint)bytes;
        return this;
    }

    /// <summary>Bytes that were sent but that the capture does not have.</summary>
    public TcpConversation LoseFromServer(int bytes)
    {
        ServerSequence += (uint)bytes;
        return this;
    }

    public TcpConversation Wait(long nanoseconds)
    {
        NowNs += nanoseconds;
        return this;
    }

    /// <summary>One packet as told, with the current numbers; only the time moves on.</summary>
    public TcpConversation Send(bool fromClient, TcpFlags flags, ReadOnlySpan<byte> payload)
    {
        var (source, destination) = fromClient ? (client, server) : (server, client);
        var (sequence, peer) = fromClient ? (ClientSequence, ServerSequence) : (ServerSequence, ClientSequence);
        var acknowledgment = (flags & TcpFlags.Ack) != 0 ? peer : 0;
        _frames.Add(new TestFrame(
            PacketBuilder.Tcp(source, destination, sequence, acknowledgment, flags, payload), NowNs));
        NowNs += StepNs;
        return this;
    }

    public byte[] ToPcap() => _frames.ToPcap();

    private TcpConversation Data(bool fromClient, ReadOnlySpan<byte> bytes, int? segmentBytes = null)
    {
        while (!bytes.IsEmpty)
        {
            var segment = bytes[..Math.Min(segmentBytes ?? SegmentBytes, bytes.Length)];
            Send(fromClient, TcpFlags.Psh | TcpFlags.Ack, segment);
            Advance(fromClient, (uint)segment.Length);
            if (AcknowledgeData) Send(!fromClient, TcpFlags.Ack, []);
            bytes = bytes[segment.Length..];
        }

        return this;
    }

    private TcpConversation Fin(bool fromClient)
    {
        Send(fromClient, TcpFlags.Fin | TcpFlags.Ack, []);
        Advance(fromClient, 1);
        return Send(!fromClient, TcpFlags.Ack, []);
    }

    private void Advance(bool fromClient, uint count)
    {
        if (fromClient) ClientSequence += count;
        else ServerSequence += count;
    }
}
