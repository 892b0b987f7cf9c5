namespace Weir.Records;

/// <summary>
/// Copies an exchange with its buffers, so that the slices stay true: for whoever must change one that goes on, such as
/// redaction of an exchange in progress.
/// </summary>
public static class ExchangeCopy
{
    public static void CopyTo(this Exchange from, Exchange to)
    {
        to.Clear();
        to.Id = from.Id;
        to.Source = from.Source;
        to.AtSockets = from.AtSockets;
        to.Node = from.Node;
        to.Protocol = from.Protocol;
        to.Scheme = from.Scheme;
        to.Complete = from.Complete;
        to.HasRequest = from.HasRequest;
        to.HasResponse = from.HasResponse;
        to.InProgress = from.InProgress;
        to.ProgressReports = from.ProgressReports;
        to.StreamId = from.StreamId;
        to.ServerSentEvents = from.ServerSentEvents;
        to.Tunnel = from.Tunnel;
        to.Tls = from.Tls;
        (to.ClientNetwork, to.ServerNetwork) = (from.ClientNetwork, from.ServerNetwork);
        to.HandshakeRttNs = from.HandshakeRttNs;
        to.Retransmissions = from.Retransmissions;
        to.Resets = from.Resets;
        to.ZeroWindows = from.ZeroWindows;
        to.ClientBytes = from.ClientBytes;
        to.ServerBytes = from.ServerBytes;
        to.GapBytes = from.GapBytes;
        to.Anomalies = from.Anomalies;
        to.Endpoint = from.Endpoint;
        to.EndpointIsDecided = from.EndpointIsDecided;
        to.Sensitive.AddRange(from.Sensitive);
        to.Credentials = from.Credentials;
        to.SessionFields.AddRange(from.SessionFields);
        Copy(from.Client, to.Client);
        Copy(from.Server, to.Server);
        Copy(from.Request, to.Request);
        Copy(from.Response, to.Response);
        Copy(from.Grpc, to.Grpc);
        Copy(from.WebSocket, to.WebSocket);
        Copy(from.GraphQl, to.GraphQl);
        Copy(from.Dns, to.Dns);
    }

    private static void Copy(Peer from, Peer to)
    {
        to.Ip = from.Ip;
        to.Port = from.Port;
        to.Namespace = from.Namespace;
        to.Pod = from.Pod;
        to.Workload = from.Workload;
        to.WorkloadKind = from.WorkloadKind;
        to.Service = from.Service;
        to.Node = from.Node;
        to.Labels = from.Labels;
        to.Resolution = from.Resolution;
        to.ProcessId = from.ProcessId;
        to.ProcessName = from.ProcessName;
        to.Cgroup = from.Cgroup;
        to.ContainerId = from.ContainerId;
    }

    private static void Copy(HttpMessage from, HttpMessage to)
    {
        to.Text.Append(from.Text.Span);
        to.Method = from.Method;
        to.Path = from.Path;
        to.Query = from.Query;
        to.Host = from.Host;
        to.Status = from.Status;
        to.Reason = from.Reason;
        to.Headers.AddRange(from.Headers);
        to.Trailers.AddRange(from.Trailers);
        to.Body.Append(from.Body.Span);
        to.BodyBytes = from.BodyBytes;
        to.BodyTruncated = from.BodyTruncated;
        to.BodyDecoded = from.BodyDecoded;
        to.ContentEncoding = from.ContentEncoding;
        to.ContentType = from.ContentType;
        to.FirstByteNs = from.FirstByteNs;
        to.LastByteNs = from.LastByteNs;
    }

    private static void Copy(GrpcCall from, GrpcCall to)
    {
        if (!from.Present) return;
        to.Present = true;
        to.Text.Append(from.Text.Span);
        to.Service = from.Service;
        to.Method = from.Method;
        to.Status = from.Status;
        to.Message = from.Message;
        to.RequestMessages = from.RequestMessages;
        to.ResponseMessages = from.ResponseMessages;
        to.RequestMessageBytes = from.RequestMessageBytes;
        to.ResponseMessageBytes = from.ResponseMessageBytes;
        to.RequestJson.Append(from.RequestJson.Span);
        to.ResponseJson.Append(from.ResponseJson.Span);
    }

    private static void Copy(WebSocketSession from, WebSocketSession to)
    {
        if (!from.Present) return;
        to.Present = true;
        to.MessagesIn = from.MessagesIn;
        to.MessagesOut = from.MessagesOut;
        to.BytesIn = from.BytesIn;
        to.BytesOut = from.BytesOut;
        to.CloseCode = from.CloseCode;
        to.CloseReason = from.CloseReason;
        to.Compressed = from.Compressed;
        to.Text.Append(from.Text.Span);
        to.Captured.AddRange(from.Captured);
    }

    private static void Copy(GraphQlCall from, GraphQlCall to)
    {
        to.Text.Append(from.Text.Span);
        to.Operations.AddRange(from.Operations);
    }

    private static void Copy(DnsLookup from, DnsLookup to)
    {
        if (!from.Present) return;
        to.Present = true;
        to.Text.Append(from.Text.Span);
        to.Id = from.Id;
        to.Name = from.Name;
        to.Type = from.Type;
        to.OverTcp = from.OverTcp;
        to.Truncated = from.Truncated;
        to.Authoritative = from.Authoritative;
        to.Answers.AddRange(from.Answers);
        to.AnswerCount = from.AnswerCount;
    }
}
