using System.Globalization;
using Weir.Records;

namespace Weir.Protocols.Http1;

/// <summary>Decides from the fields of a finished head how the body ends (RFC 9112 §6), and fills the known slices.</summary>
internal static class Http1Framing
{
    /// <remarks><c>length</c> is the Content-Length where the result is <see cref="BodyKind.Length"/>.</remarks>
    public static BodyKind Decide(
        HttpMessage message, ref AnomalySet anomalies, bool isResponse, bool version10, out long length)
    {
        length = -1;
        var coding = default(Slice);
        var codings = 0;
        var lengths = 0;
        var invalid = false;
        var hosts = 0;
        foreach (var field in message.Headers)
        {
            var name = message.Text[field.Name];
            switch (name.Length)
            {
                case 4 when !isResponse && Http1Syntax.EqualsIgnoreCase(name, "host"u8):
                    TakeHost(message, field.Value, hosts++, ref anomalies);
                    break;
                case 12 when Http1Syntax.EqualsIgnoreCase(name, "content-type"u8):
                    message.ContentType = field.Value;
                    break;
                case 14 when Http1Syntax.EqualsIgnoreCase(name, "content-length"u8):
                    lengths++;
                    invalid |= !TakeLengths(message.Text[field.Value], ref length, ref anomalies);
                    break;
                case 16 when Http1Syntax.EqualsIgnoreCase(name, "content-encoding"u8):
                    message.ContentEncoding = field.Value;
                    break;
                case 17 when Http1Syntax.EqualsIgnoreCase(name, "transfer-encoding"u8):
                    codings++;
                    coding = field.Value;
                    break;
            }
        }

        var cut = anomalies.Contains(Anomaly.HeaderTooLarge) || anomalies.Contains(Anomaly.TooManyHeaders);
        if (!isResponse && hosts == 0 && !version10 && !cut) anomalies.Add(Anomaly.HostMissing);
        if (codings > 0)
        {
            if (lengths > 0) anomalies.Add(Anomaly.ContentLengthAndTransferEncoding);
            if (invalid) anomalies.Add(Anomaly.ContentLengthInvalid);
            return OfTransferEncoding(message, coding, codings, ref anomalies, isResponse, version10, ref length);
        }

        if (invalid)
        {
            anomalies.Add(Anomaly.ContentLengthInvalid);
            return BodyKind.Unknown;
        }

        if (lengths > 0) return length == 0 ? BodyKind.None : BodyKind.Length;
        return isResponse ? BodyKind.UntilClose : BodyKind.None;
    }

    private static BodyKind OfTransferEncoding(
        HttpMessage message, Slice last, int count, ref AnomalySet anomalies, bool isResponse, bool version10, ref long length)
    {
        var value = message.Text[last];
        var comma = value.LastIndexOf((byte)',');
        var final = (comma < 0 ? value : value[(comma + 1)..]).Trim(" \t"u8);
        var chunked = Http1Syntax.EqualsIgnoreCase(final, "chunked"u8);
        // Anything that another parser could read differently is marked: HTTP/1.0, "chunked" twice, odd control bytes.
        if (version10 || !chunked || count > 1 || Occurs(value) > 1) anomalies.Add(Anomaly.TransferEncodingInvalid);
        if (chunked) return BodyKind.Chunked;
        if (length >= 0) return length == 0 ? BodyKind.None : BodyKind.Length;
        return isResponse ? BodyKind.UntilClose : BodyKind.Unknown;
    }

    private static int Occurs(ReadOnlySpan<byte> codings)
    {
        var count = 0;
        while (!codings.IsEmpty)
        {
            var comma = codings.IndexOf((byte)',');
            var one = comma < 0 ? codings : codings[..comma];
            if (Http1Syntax.EqualsIgnoreCase(one.Trim(" \t"u8), "chunked"u8)) count++;
            codings = comma < 0 ? default : codings[(comma + 1)..];
        }

        return count;
    }

    /// <summary>RFC 9110 §8.6: digits only; a list of equal values counts as one. The first value frames the body.</summary>
    private static bool TakeLengths(ReadOnlySpan<byte> value, ref long length, ref AnomalySet anomalies)
    {
        while (true)
        {
            var comma = value.IndexOf((byte)',');
            var digits = (comma < 0 ? value : value[..comma]).Trim(" \t"u8);
            if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
            if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)) return false;
            if (length >= 0 && length != parsed) anomalies.Add(Anomaly.ContentLengthConflict);
            if (length < 0) length = parsed;
            if (comma < 0) return true;
            value = value[(comma + 1)..];
        }
    }

    private static void TakeHost(HttpMessage message, Slice value, int before, ref AnomalySet anomalies)
    {
        if (before > 0) anomalies.Add(Anomaly.HostConflict);
        if (message.Host.IsEmpty) message.Host = value;
        else if (!Http1Syntax.EqualsIgnoreCase(message.Text[message.Host], message.Text[value]))
            anomalies.Add(Anomaly.HostConflict);
    }
}
