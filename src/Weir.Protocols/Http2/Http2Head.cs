using System.Globalization;
using Weir.Protocols.Http1;
using Weir.Protocols.Http2.Hpack;
using Weir.Records;

namespace Weir.Protocols.Http2;

/// <summary>
/// The decoded fields of one header block (RFC 9113 §8), before it is known what they are: a request, a final or interim
/// response, trailers. Reused for every block of a connection.
/// </summary>
internal sealed class Http2Head(Http2Limits limits) : IHpackReceiver
{
    public ByteBuffer Text { get; } = new();

    /// <summary>Regular fields in order.</summary>
    public List<HeaderField> Fields { get; } = [];

    public Slice? Method { get; private set; }

    public Slice? Scheme { get; private set; }

    public Slice? Authority { get; private set; }

    public Slice? Path { get; private set; }

    /// <summary><c>:protocol</c> of extended CONNECT, RFC 8441.</summary>
    public Slice? Protocol { get; private set; }

    public Slice? Status { get; private set; }

    public Slice Host { get; private set; }

    public Slice ContentType { get; private set; }

    public Slice ContentEncoding { get; private set; }

    /// <summary>Content-Length; -1 without a valid one.</summary>
    public long ContentLength { get; private set; } = -1;

    /// <summary>Fields that stand in the unknown part of the dynamic table.</summary>
    public int UnknownFields { get; private set; }

    /// <summary>What is wrong with the fields by themselves.</summary>
    public AnomalySet Anomalies;

    /// <summary>True when a pseudo-header field of a request was read.</summary>
    public bool HasRequestPseudo => Method is not null || Scheme is not null || Path is not null || Authority is not null;

    /// <summary>The status code; 0 when it is absent or no number of three digits.</summary>
    public int StatusCode
    {
        get
        {
            var digits = Status is { } status ? Text[status] : default;
            return digits.Length == 3 && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
                ? ((digits[0] - '0') * 100) + ((digits[1] - '0') * 10) + (digits[2] - '0')
                : 0;
        }
    }

    public void Clear()
    {
        Text.Clear();
        Fields.Clear();
        Method = Scheme = Authority = Path = Protocol = Status = null;
        Host = ContentType = ContentEncoding = default;
        ContentLength = -1;
        UnknownFields = 0;
        Anomalies = default;
    }

    public void OnUnknownField()
    {
        UnknownFields++;
        Anomalies.Add(Anomaly.HeaderUnknown);
    }

    public void OnField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Text.Length + name.Length + value.Length > limits.MaxHeadBytes)
        {
            Anomalies.Add(Anomaly.HeaderTooLarge);
            return;
        }

        if (name.Length > 0 && name[0] == ':')
        {
            TakePseudo(name, Text.Append(value));
            return;
        }

        if (Fields.Count >= limits.MaxHeaders)
        {
            Anomalies.Add(Anomaly.TooManyHeaders);
            return;
        }

        // RFC 9113 §8.2.1: lower case only; no line breaks and no NUL, which would smuggle a field into HTTP/1.
        if (!Http1Syntax.IsToken(name) || name.ContainsAnyInRange((byte)'A', (byte)'Z')) Anomalies.Add(Anomaly.HeaderNameInvalid);
        if (value.ContainsAny((byte)'\r', (byte)'\n', (byte)0)) Anomalies.Add(Anomaly.HeaderValueInvalid);
        var where = Text.Append(name);
        var place = Text.Append(value);
        Fields.Add(new HeaderField(where, place));
        TakeKnown(name, value, place);
    }

    /// <summary>Appends text and regular fields to a message; returns where the text went.</summary>
    public int CopyTo(HttpMessage message, List<HeaderField> fields)
    {
        var at = message.Text.Append(Text.Span).Offset;
        foreach (var field in Fields) fields.Add(new HeaderField(Moved(field.Name, at), Moved(field.Value, at)));
        return at;
    }

    public static Slice Moved(Slice slice, int by) => slice with { Offset = slice.Offset + by };

    private void TakePseudo(ReadOnlySpan<byte> name, Slice value)
    {
        // RFC 9113 §8.3: before all regular fields, each at most once, and no others than the defined ones.
        var valid = Fields.Count == 0;
        switch (name.Length)
        {
            case 5 when name.SequenceEqual(":path"u8):
                valid &= Path is null;
                Path ??= value;
                break;
            case 7 when name.SequenceEqual(":method"u8):
                valid &= Method is null;
                Method ??= value;
                break;
            case 7 when name.SequenceEqual(":scheme"u8):
                valid &= Scheme is null;
                Scheme ??= value;
                break;
            case 7 when name.SequenceEqual(":status"u8):
                valid &= Status is null;
                Status ??= value;
                break;
            case 9 when name.SequenceEqual(":protocol"u8):
                valid &= Protocol is null;
                Protocol ??= value;
                break;
            case 10 when name.SequenceEqual(":authority"u8):
                valid &= Authority is null;
                Authority ??= value;
                break;
            default:
                valid = false;
                break;
        }

        if (!valid) Anomalies.Add(Anomaly.PseudoHeaderInvalid);
    }

    private void TakeKnown(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, Slice place)
    {
        switch (name.Length)
        {
            case 2 when name.SequenceEqual("te"u8) && !Http1Syntax.EqualsIgnoreCase(value, "trailers"u8):
            case 7 when name.SequenceEqual("upgrade"u8):
            case 10 when name.SequenceEqual("connection"u8) || name.SequenceEqual("keep-alive"u8):
            case 16 when name.SequenceEqual("proxy-connection"u8):
            case 17 when name.SequenceEqual("transfer-encoding"u8):
                // RFC 9113 §8.2.2: these make a message malformed.
                Anomalies.Add(Anomaly.HeaderForbidden);
                break;
            case 4 when name.SequenceEqual("host"u8):
                Host = place;
                break;
            case 12 when name.SequenceEqual("content-type"u8):
                ContentType = place;
                break;
            case 14 when name.SequenceEqual("content-length"u8):
                TakeLength(value);
                break;
            case 16 when name.SequenceEqual("content-encoding"u8):
                ContentEncoding = place;
                break;
        }
    }

    private void TakeLength(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            Anomalies.Add(Anomaly.ContentLengthInvalid);
            return;
        }

        if (ContentLength >= 0 && ContentLength != length) Anomalies.Add(Anomaly.ContentLengthConflict);
        if (ContentLength < 0) ContentLength = length;
    }
}
