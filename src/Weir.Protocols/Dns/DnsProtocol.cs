using System.Buffers.Binary;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols.Dns;

/// <summary>DNS over TCP (RFC 1035 §4.2.2, RFC 7766): each message behind its length. UDP is <see cref="DnsDatagrams"/>.</summary>
public sealed class DnsProtocol : IProtocol
{
    internal const int PrefixBytes = 2;

    /// <summary>Header, the shortest name, type and class.</summary>
    private const int ShortestMessage = DnsHeader.Bytes + 5;

    /// <summary>Up to the end of the longest question.</summary>
    private const int MostNeeded = PrefixBytes + DnsHeader.Bytes + 255 + 4;

    public string Name => "dns";

    /// <summary>Strict, because twelve bytes say little: length, header and question must agree.</summary>
    public Recognition Recognize(ReadOnlySpan<byte> firstBytes)
    {
        if (firstBytes.Length < PrefixBytes) return Recognition.Undecided;
        var length = BinaryPrimitives.ReadUInt16BigEndian(firstBytes);
        if (length < ShortestMessage) return Recognition.No;
        var message = firstBytes[PrefixBytes..];
        if (message.Length > length) message = message[..length];
        if (message.Length < DnsHeader.Bytes) return CouldBeHeader(message) ? Recognition.Undecided : Recognition.No;
        var header = new DnsHeader(message);
        if (!header.IsPlausible) return Recognition.No;
        var at = DnsHeader.Bytes;
        if (!DnsMessage.IsQuestion(message, ref at))
            return message.Length < length && firstBytes.Length < MostNeeded && MayGoOn(message) ? Recognition.Undecided : Recognition.No;
        if (header.IsResponse) return Recognition.Response;
        // Nothing but EDNS or a signature may follow the question of a query.
        var rest = length - at;
        return (header.Additionals == 0 ? rest == 0 : rest >= 11) ? Recognition.Request : Recognition.No;
    }

    public IConversation Open(Connection connection, Direction client, IExchangeSink sink)
    {
        var host = sink as ConversationHost ?? new ConversationHost(sink, ConversationOptions.Default);
        return host.RentDnsConversation().Start(connection, client);
    }

    /// <summary>Opcode 0 and the reserved bit 0, as far as the flags are there.</summary>
    private static bool CouldBeHeader(ReadOnlySpan<byte> start) =>
        (start.Length < 3 || (start[2] & 0x78) == 0) && (start.Length < 4 || (start[3] & 0x40) == 0)
        && (start.Length < 6 || (start[4] == 0 && start[5] == 1));

    /// <summary>The labels that are there are sound; the name or what follows it is not here yet.</summary>
    private static bool MayGoOn(ReadOnlySpan<byte> message)
    {
        var at = DnsHeader.Bytes;
        while (at < message.Length && message[at] is > 0 and < 64) at += 1 + message[at];
        return at >= message.Length || (message[at] == 0 && at + 5 > message.Length);
    }
}
