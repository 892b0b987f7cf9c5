using Weir.Packets;
using Weir.Records;

namespace Weir.Protocols.Dns;

/// <summary>A lookup that is not over yet, or over UDP, one that was answered just now.</summary>
internal sealed class DnsPending : OpenExchange
{
    public ushort Id;

    /// <summary>Identifies the question; 0 when the message had none.</summary>
    public ulong Question;

    /// <summary>A zone transfer whose first message came: more follow.</summary>
    public bool Transferring;

    public bool IsTransfer => Exchange.Dns.Type is 251 or 252;

    public void SetPeers(IpAddress client, ushort clientPort, IpAddress server, ushort serverPort)
    {
        (Exchange.Client.Ip, Exchange.Client.Port) = (client, clientPort);
        (Exchange.Server.Ip, Exchange.Server.Port) = (server, serverPort);
    }

    /// <summary>Takes the query.</summary>
    /// <param name="message">At least a header.</param>
    /// <param name="wireBytes">Its length on the wire; more than was captured when the capture cut it.</param>
    /// <param name="firstNs">Time of its first byte.</param>
    /// <param name="lastNs">Time of its last byte.</param>
    public void TakeQuery(ReadOnlySpan<byte> message, int wireBytes, long firstNs, long lastNs)
    {
        Exchange.HasRequest = true;
        SetMessage(Exchange.Request, wireBytes, firstNs, lastNs);
        DnsMessage.ReadQuery(message, Exchange);
        MarkCut(message.Length, wireBytes, Anomaly.RequestGap);
    }

    /// <summary>No resolver asks for nothing, or for several things at once, except by multicast.</summary>
    public void MarkUnusualQuestions(ReadOnlySpan<byte> message)
    {
        if (new DnsHeader(message).Questions != 1) Exchange.Anomalies.Add(Anomaly.DnsQuestionsUnusual);
    }

    /// <inheritdoc cref="TakeQuery"/>
    public void TakeResponse(ReadOnlySpan<byte> message, int wireBytes, long firstNs, long lastNs, DnsLimits limits)
    {
        if (Transferring)
        {
            Exchange.Response.BodyBytes += wireBytes;
            Exchange.Response.LastByteNs = lastNs;
            DnsMessage.ReadMore(message, Exchange, limits);
        }
        else
        {
            Exchange.HasResponse = true;
            SetMessage(Exchange.Response, wireBytes, firstNs, lastNs);
            DnsMessage.ReadResponse(message, Exchange, limits);
        }

        MarkCut(message.Length, wireBytes, Anomaly.ResponseGap);
    }

    public override void Clear()
    {
        base.Clear();
        Id = 0;
        Question = 0;
        Transferring = false;
    }

    private static void SetMessage(HttpMessage message, int wireBytes, long firstNs, long lastNs)
    {
        message.BodyBytes = wireBytes;
        // What it says is on the record by name, so its bytes are not kept.
        message.BodyTruncated = true;
        (message.FirstByteNs, message.LastByteNs) = (firstNs, lastNs);
    }

    private void MarkCut(int captured, int wireBytes, Anomaly gap)
    {
        if (captured >= wireBytes) return;
        Exchange.GapBytes += wireBytes - captured;
        Exchange.Anomalies.Add(gap);
    }
}
