using System.Text;
using Weir.Protocols.Http1;
using Weir.Records;

namespace Weir.Protocols.Http2;

/// <summary>Turns the decoded fields of a header section into a request or a response (RFC 9113 §8.3).</summary>
internal static class Http2Fields
{
    /// <returns>True for CONNECT, whose stream carries a tunnel.</returns>
    public static bool ToRequest(Http2Head head, Exchange exchange)
    {
        var message = exchange.Request;
        ref var anomalies = ref exchange.Anomalies;
        var at = Copy(head, message, ref anomalies);
        // A field that nobody can look up may be one of those that seem to be missing.
        var known = head.UnknownFields == 0 && !anomalies.Contains(Anomaly.HeaderTooLarge)
            && !anomalies.Contains(Anomaly.HeaderBlockInvalid);
        if (head.Method is { } method)
        {
            message.Method = Http2Head.Moved(method, at);
            if (!Http1Methods.IsKnown(message[message.Method])) anomalies.Add(Anomaly.MethodUnknown);
        }

        if (head.Scheme is { } scheme) exchange.Scheme = SchemeName(head.Text[scheme]);
        TakeHost(head, message, at, known, ref anomalies);
        var connect = message[message.Method].SequenceEqual("CONNECT"u8);
        var plainConnect = connect && head.Protocol is null;
        if (known && (head.Status is not null || (head.Protocol is not null && !connect) || head.Method is null
            || (plainConnect ? head.Path ?? head.Scheme : null) is not null
            || (!plainConnect && (head.Path is null || head.Scheme is null))))
        {
            anomalies.Add(Anomaly.PseudoHeaderInvalid);
        }

        // As in HTTP/1 the authority that CONNECT asks for is its path.
        if (plainConnect) message.Path = message.Host;
        else if (head.Path is { } path) TakePath(message, Http2Head.Moved(path, at), ref anomalies);
        return connect;
    }

    public static void ToResponse(Http2Head head, Exchange exchange)
    {
        var message = exchange.Response;
        Copy(head, message, ref exchange.Anomalies);
        message.Status = head.StatusCode;
        if (message.Status is 0 or < 200 or > 599 && (head.Status is not null || head.UnknownFields == 0))
            exchange.Anomalies.Add(head.Status is null ? Anomaly.PseudoHeaderInvalid : Anomaly.StatusInvalid);
        if (head.HasRequestPseudo) exchange.Anomalies.Add(Anomaly.PseudoHeaderInvalid);
    }

    private static int Copy(Http2Head head, HttpMessage message, ref AnomalySet anomalies)
    {
        var at = head.CopyTo(message, message.Headers);
        foreach (var anomaly in head.Anomalies) anomalies.Add(anomaly);
        if (!head.ContentType.IsEmpty) message.ContentType = Http2Head.Moved(head.ContentType, at);
        if (!head.ContentEncoding.IsEmpty) message.ContentEncoding = Http2Head.Moved(head.ContentEncoding, at);
        return at;
    }

    private static void TakeHost(Http2Head head, HttpMessage message, int at, bool known, ref AnomalySet anomalies)
    {
        if (head.Authority is { IsEmpty: false } authority)
        {
            message.Host = Http2Head.Moved(authority, at);
            if (!head.Host.IsEmpty && !Http1Syntax.EqualsIgnoreCase(head.Text[head.Host], head.Text[authority]))
                anomalies.Add(Anomaly.HostConflict);
        }
        else if (!head.Host.IsEmpty)
        {
            message.Host = Http2Head.Moved(head.Host, at);
        }
        else if (known)
        {
            anomalies.Add(Anomaly.HostMissing);
        }
    }

    private static void TakePath(HttpMessage message, Slice path, ref AnomalySet anomalies)
    {
        var bytes = message[path];
        var mark = bytes.IndexOf((byte)'?');
        message.Path = mark < 0 ? path : path with { Length = mark };
        if (mark >= 0) message.Query = new Slice(path.Offset + mark + 1, path.Length - mark - 1);
        // RFC 9113 §8.3.1: begins with a slash, or is an asterisk.
        if (!Http1Syntax.IsTarget(message[message.Method], bytes) || (bytes[0] != '/' && !bytes.SequenceEqual("*"u8)))
            anomalies.Add(Anomaly.TargetInvalid);
    }

    private static string SchemeName(ReadOnlySpan<byte> scheme) =>
        scheme.SequenceEqual("http"u8) ? "http"
        : scheme.SequenceEqual("https"u8) ? "https"
        : Encoding.Latin1.GetString(scheme[..Math.Min(scheme.Length, 32)]);
}
