namespace Weir.Rpc;

/// <summary>How a call ended: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md.</summary>
public enum RpcStatusCode
{
    Ok = 0,
    /// <summary>Whoever called does not want the answer any more.</summary>
    Cancelled = 1,
    /// <summary>The method failed in a way that it did not foresee.</summary>
    Unknown = 2,
    InvalidArgument = 3,
    /// <summary>The time that the caller gave had passed.</summary>
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    /// <summary>Whoever called is known and must not.</summary>
    PermissionDenied = 7,
    /// <summary>A bound was reached: a message too large, too many calls.</summary>
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    /// <summary>There is no such method, or a feature of the wire is not understood.</summary>
    Unimplemented = 12,
    /// <summary>The peer broke the protocol.</summary>
    Internal = 13,
    /// <summary>No connection: try again, after a while.</summary>
    Unavailable = 14,
    DataLoss = 15,
    /// <summary>Whoever called did not prove who it is.</summary>
    Unauthenticated = 16,
}

/// <summary>The end of a call.</summary>
/// <param name="Code">What happened.</param>
/// <param name="Message">For people; empty when there is nothing to say.</param>
public readonly record struct RpcStatus(RpcStatusCode Code, string Message = "")
{
    public static RpcStatus Ok => default;

    /// <summary>For people; empty when there is nothing to say.</summary>
    public string Message { get => field ?? ""; init; } = Message;

    public bool IsOk => Code == RpcStatusCode.Ok;

    public override string ToString() => Message.Length == 0 ? $"{Code}" : $"{Code}: {Message}";
}

/// <summary>A call that did not end with <see cref="RpcStatusCode.Ok"/>. Thrown by a handler it becomes the status of its call.</summary>
public sealed class RpcException(RpcStatus status, RpcMetadata? trailers = null, Exception? inner = null)
    : IOException(status.ToString(), inner)
{
    public RpcException(RpcStatusCode code, string message)
        : this(new RpcStatus(code, message))
    {
    }

    public RpcStatus Status { get; } = status;

    public RpcStatusCode Code => Status.Code;

    /// <summary>What came, or goes, behind the last message.</summary>
    public RpcMetadata Trailers { get; } = trailers ?? [];
}
