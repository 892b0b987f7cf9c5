namespace Weir.Records;

/// <summary>
/// What gRPC adds to an exchange (gRPC over HTTP/2, <c>PROTOCOL-HTTP2.md</c>): on the record as
/// <c>"grpc":{"service","method","status","message",…}</c>.
/// </summary>
public sealed class GrpcCall
{
    /// <summary>False when the exchange is no gRPC; then nothing else here means anything.</summary>
    public bool Present { get; set; }

    /// <summary>Holds the texts that the slices point into.</summary>
    public ByteBuffer Text { get; } = new();

    /// <summary>Full service name, <c>package.Service</c>.</summary>
    public Slice Service { get; set; }

    public Slice Method { get; set; }

    /// <summary>The status of the trailers, 0 (OK) to 16 (UNAUTHENTICATED); -1 when none was seen.</summary>
    public int Status { get; set; } = -1;

    /// <summary>Percent-decoded <c>grpc-message</c>; empty when none was sent.</summary>
    public Slice Message { get; set; }

    /// <summary>Length-prefixed messages that began, by direction.</summary>
    public long RequestMessages { get; set; }

    public long ResponseMessages { get; set; }

    /// <summary>Bytes of those messages on the wire, without their five-byte prefixes.</summary>
    public long RequestMessageBytes { get; set; }

    public long ResponseMessageBytes { get; set; }

    /// <summary>
    /// The captured messages as a JSON array of proto3 JSON objects; empty where no descriptor describes the method. At most
    /// what the body limit let through: a message cut off by it is left out.
    /// </summary>
    public ByteBuffer RequestJson { get; } = new();

    public ByteBuffer ResponseJson { get; } = new();

    public ReadOnlySpan<byte> this[Slice slice] => Text[slice];

    public void Clear()
    {
        if (!Present) return;
        Present = false;
        Text.Clear();
        RequestJson.Clear();
        ResponseJson.Clear();
        Service = Method = Message = default;
        Status = -1;
        RequestMessages = ResponseMessages = RequestMessageBytes = ResponseMessageBytes = 0;
    }
}
