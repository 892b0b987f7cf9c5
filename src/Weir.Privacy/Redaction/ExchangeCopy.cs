using Weir.Records;

namespace Weir.Privacy.Redaction;

/// <summary>
/// Copies an exchange that still runs: its parser goes on with the original, so that must not change. Keeps its buffers.
/// </summary>
internal static class ExchangeCopy
{
    public static void Copy(Exchange from, Exchange to)
    {
        to.Clear();
        (to.Id, to.Source, to.Node, to.Protocol, to.Scheme) = (from.Id, from.Source, from.Node, from.Protocol, from.Scheme);
        (to.Complete, to.HasRequest, to.HasResponse) = (from.Complete, from.HasRequest, from.HasResponse);
        (to.InProgress, to.ProgressReports, to.StreamId) = (from.InProgress, from.ProgressReports, from.StreamId);
        (to.ServerSentEvents, to.HandshakeRttNs, to.Retransmissions) = (from.ServerSentEvents, from.HandshakeRttNs, from.Retransmissions);
        (to.Resets, to.ZeroWindows, to.ClientBytes, to.ServerBytes) = (from.Resets, from.ZeroWindows, from.ClientBytes, from.ServerBytes);
        (to.GapBytes, to.Anomalies, to.Endpoint) = (from.GapBytes, from.Anomalies, from.Endpoint);
        to.Sensitive.AddRange(from.Sensitive);
        to.SessionFields.AddRange(from.SessionFields);
        Copy(from.Client, to.Client);
        Copy(from.Server, to.Server);
        Copy(from.Request, to.Request);
        Copy(from.Response, to.Response);
        Copy(from.Grpc, to.Grpc);
        Copy(from.WebSocket, to.WebSocket);
        if (from.GraphQl.Present)
        {
            to.GraphQl.Text.Append(from.GraphQl.Text.Span);
            to.GraphQl.Operations.AddRange(from.GraphQl.Operations);
        }

        if (from.Dns.Present) Copy(from.Dns, to.Dns);
    }

    private static void Copy(Peer from, Peer to)
    {
        (to.Ip, to.Port, to.Namespace, to.Pod) = (from.Ip, from.Port, from.Namespace, from.Pod);
        (to.Workload, to.Service, to.ProcessId, to.ProcessName) = (from.Workload, from.Service, from.ProcessId, from.ProcessName);
    }

    private static void Copy(HttpMessage from, HttpMessage to)
    {
        to.Text.Append(from.Text.Span);
        to.Body.Append(from.Body.Span);
        to.Headers.AddRange(from.Headers);
        to.Trailers.AddRange(from.Trailers);
        (to.Method, to.Path, to.Query, to.Host, to.Reason) = (from.Method, from.Path, from.Query, from.Host, from.Reason);
        (to.ContentType, to.ContentEncoding, to.Status, to.BodyBytes) = (from.ContentType, from.ContentEncoding, from.Status, from.BodyBytes);
        (to.BodyTruncated, to.BodyDecoded, to.FirstByteNs, to.LastByteNs) = (from.BodyTruncated, from.BodyDecoded, from.FirstByteNs, from.LastByteNs);
    }

    private static void Copy(GrpcCall from, GrpcCall to)
    {
        if (!from.Present) return;
        to.Text.Append(from.Text.Span);
        to.RequestJson.Append(from.RequestJson.Span);
        to.ResponseJson.Append(from.ResponseJson.Span);
        (to.Present, to.Service, to.Method, to.Status, to.Message) = (true, from.Service, from.Method, from.Status, from.Message);
        (to.RequestMessages, to.ResponseMessages) = (from.RequestMessages, from.ResponseMessages);
        (to.RequestMessageBytes, to.ResponseMessageBytes) = (from.RequestMessageBytes, from.ResponseMessageBytes);
    }

    private static void Copy(WebSocketSession from, WebSocketSession to)
    {
        if (!from.Present) return;
        to.Text.Append(from.Text.Span);
        to.Captured.AddRange(from.Captured);
        (to.Present, to.Compressed, to.CloseCode, to.CloseReason) = (true, from.Compressed, from.CloseCode, from.CloseReason);
        (to.MessagesIn, to.MessagesOut, to.BytesIn, to.BytesOut) = (from.MessagesIn, from.MessagesOut, from.BytesIn, from.BytesOut);
    }

    private static void Copy(DnsLookup from, DnsLookup to)
    {
        to.Text.Append(from.Text.Span);
        to.Answers.AddRange(from.Answers);
        (to.Present, to.Id, to.Name, to.Type, to.OverTcp) = (true, from.Id, from.Name, from.Type, from.OverTcp);
        (to.Truncated, to.Authoritative, to.AnswerCount) = (from.Truncated, from.Authoritative, from.AnswerCount);
    }
}
