namespace Weir.Records;

/// <summary>A header field: where its name and value stand in <see cref="HttpMessage.Text"/>.</summary>
public readonly record struct HeaderField(Slice Name, Slice Value);

/// <summary>
/// One request or response. Texts are kept as the bytes that were sent, in <see cref="Text"/>, and become strings only
/// where an output needs them.
/// </summary>
public sealed class HttpMessage
{
    /// <summary>Start line and header bytes; every <see cref="Slice"/> below points in here.</summary>
    public ByteBuffer Text { get; } = new();

    public Slice Method { get; set; }

    /// <summary>Path without query, as sent (percent-encoding kept).</summary>
    public Slice Path { get; set; }

    /// <summary>Query without the question mark; empty when there was none.</summary>
    public Slice Query { get; set; }

    /// <summary>Authority asked for: absolute-form target first, else the Host header (RFC 9112 §3.2).</summary>
    public Slice Host { get; set; }

    /// <summary>Response status code; 0 on a request.</summary>
    public int Status { get; set; }

    public Slice Reason { get; set; }

    public List<HeaderField> Headers { get; } = [];

    /// <summary>Trailer fields of a chunked message, in order.</summary>
    public List<HeaderField> Trailers { get; } = [];

    /// <summary>Captured body after transfer decoding, before content decoding; at most the body limit.</summary>
    public ByteBuffer Body { get; } = new();

    /// <summary>Body size on the wire after transfer decoding, in bytes, whether captured or not.</summary>
    public long BodyBytes { get; set; }

    /// <summary>True when <see cref="Body"/> holds less than <see cref="BodyBytes"/> (limit reached, or a gap).</summary>
    public bool BodyTruncated { get; set; }

    /// <summary>
    /// True when <see cref="Body"/> is already content-decoded (and UTF-8 where it is text), as in a record read back from
    /// JSON, although the headers still name the coding that was on the wire.
    /// </summary>
    public bool BodyDecoded { get; set; }

    /// <summary><see cref="Body"/> without its content codings, where <see cref="Json.BodyDecoder"/> kept it for the next who asks.</summary>
    internal Json.KeptBody? KeptBody { get; set; }

    /// <summary>Value of the last Content-Encoding header, empty when none.</summary>
    public Slice ContentEncoding { get; set; }

    /// <summary>Value of the Content-Type header, empty when none.</summary>
    public Slice ContentType { get; set; }

    /// <summary>Unix nanoseconds of the first and last byte seen; 0 when none was.</summary>
    public long FirstByteNs { get; set; }

    public long LastByteNs { get; set; }

    public ReadOnlySpan<byte> this[Slice slice] => Text[slice];

    /// <summary>The value of the first header field of a name, whatever its case (RFC 9110 §5.1).</summary>
    public bool TryField(ReadOnlySpan<byte> name, out Slice value)
    {
        foreach (var field in Headers)
        {
            if (field.Name.Length != name.Length || !System.Text.Ascii.EqualsIgnoreCase(this[field.Name], name)) continue;
            value = field.Value;
            return true;
        }

        value = default;
        return false;
    }

    public void Clear()
    {
        Text.Clear();
        Body.Clear();
        KeptBody?.Clear();
        Headers.Clear();
        Trailers.Clear();
        Method = Path = Query = Host = Reason = ContentEncoding = ContentType = default;
        Status = 0;
        BodyBytes = FirstByteNs = LastByteNs = 0;
        BodyTruncated = BodyDecoded = false;
    }
}
