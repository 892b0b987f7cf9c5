namespace Weir.Protocols.Grpc;

/// <summary>What decoding gRPC messages by a descriptor may take per direction of a call.</summary>
public sealed record GrpcLimits
{
    public static GrpcLimits Default { get; } = new();

    /// <summary>Bytes of one message after decompression; a larger one is left out. Four times what the body limit keeps.</summary>
    public int MaxMessageBytes { get; init; } = 256 * 1024;

    /// <summary>Bytes of JSON after which no further message is added. A page that shows more is no longer read.</summary>
    public int MaxJsonBytes { get; init; } = 256 * 1024;
}
