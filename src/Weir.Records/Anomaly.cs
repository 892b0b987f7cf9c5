namespace Weir.Records;

/// <summary>
/// Something about an exchange that a reader should know. Names leave Weir in snake_case (<c>response_missing_reset</c>).
/// At most 64, because a set of them is one word.
/// </summary>
public enum Anomaly
{
    /// <summary>The connection ended (FIN) before a response came.</summary>
    ResponseMissingClosed,
    ResponseMissingReset,
    /// <summary>The connection fell silent before a response came.</summary>
    ResponseMissingIdle,
    /// <summary>The capture ended before a response came.</summary>
    ResponseMissingCaptureEnd,
    /// <summary>Bytes of the response were lost by the capture.</summary>
    ResponseMissingLost,
    /// <summary>Weir let go of the connection because a limit was reached.</summary>
    ResponseMissingEvicted,
    /// <summary>The request was lost or sent before the capture began.</summary>
    RequestMissing,
    /// <summary>The message ended before its announced length.</summary>
    RequestBodyIncomplete,
    ResponseBodyIncomplete,
    /// <summary>Captured bytes of this message were lost.</summary>
    RequestGap,
    ResponseGap,
    /// <summary>Content-Length and Transfer-Encoding in one message (RFC 9112 §6.1): request smuggling.</summary>
    ContentLengthAndTransferEncoding,
    /// <summary>Several Content-Length values that differ (RFC 9112 §6.3).</summary>
    ContentLengthConflict,
    ContentLengthInvalid,
    TransferEncodingInvalid,
    ChunkSizeInvalid,
    ChunkDelimiterInvalid,
    /// <summary>A line ended in LF alone (RFC 9112 §2.2).</summary>
    BareLineFeed,
    BareCarriageReturn,
    /// <summary>obs-fold, RFC 9112 §5.2.</summary>
    ObsoleteLineFolding,
    /// <summary>Whitespace between field name and colon (RFC 9112 §5.1).</summary>
    WhitespaceBeforeColon,
    HeaderWithoutColon,
    HeaderNameInvalid,
    HeaderTooLarge,
    TooManyHeaders,
    HostMissing,
    HostConflict,
    MethodUnknown,
    TargetInvalid,
    VersionInvalid,
    StatusInvalid,
    /// <summary>Bytes after a message that are no message.</summary>
    UnexpectedBytes,
    /// <summary>The body could not be decoded by its Content-Encoding.</summary>
    ContentEncodingInvalid,
    /// <summary>An upgrade or CONNECT: the bytes after it are another protocol.</summary>
    ProtocolSwitched,
    /// <summary>A body that nobody can look into (an unknown content coding, an archive) was not kept: it may hold anything.</summary>
    BodyWithheld,
    /// <summary>HTTP/0.9: a request without version or headers.</summary>
    SimpleRequest,
    /// <summary>A reserved opcode or bit, a control frame too long or in fragments, fragments out of order (RFC 6455 §5).</summary>
    WebSocketFrameInvalid,
    /// <summary>A client frame without mask, or a server frame with one (RFC 6455 §5.1).</summary>
    WebSocketMaskInvalid,
    /// <summary>A compressed message does not inflate (RFC 7692).</summary>
    WebSocketCompressionInvalid,
    /// <summary>A text message that is not UTF-8 (RFC 6455 §8.1).</summary>
    WebSocketTextInvalid,
    /// <summary>The WebSocket ended without a close frame: its connection was cut, or the capture ended.</summary>
    WebSocketCloseMissing,
    /// <summary>A DNS message that cannot be read to its end (RFC 1035 §4.1).</summary>
    DnsMessageInvalid,
    /// <summary>A DNS query with no question or with several.</summary>
    DnsQuestionsUnusual,
    /// <summary>The same DNS query was answered more than once.</summary>
    DnsAnswerRepeated,
    /// <summary>A logging rule could not be applied to a value within its limits, so the value was removed.</summary>
    RuleLimitReached,
    /// <summary>Header fields that stand in a compression table filled before the capture began, or while bytes were lost.</summary>
    HeaderUnknown,
    /// <summary>A header block that cannot be decoded (RFC 7541) or breaks its rules.</summary>
    HeaderBlockInvalid,
    /// <summary>Line breaks or NUL within a value (RFC 9113 §8.2.1): request smuggling.</summary>
    HeaderValueInvalid,
    /// <summary>A field that belongs to a connection in HTTP/2 (RFC 9113 §8.2.2).</summary>
    HeaderForbidden,
    /// <summary>Pseudo-header fields that are missing, doubled, misplaced or undefined (RFC 9113 §8.3).</summary>
    PseudoHeaderInvalid,
    /// <summary>A frame that its type or the state of its stream does not allow.</summary>
    FrameInvalid,
    /// <summary>The body is not as long as Content-Length says (RFC 9113 §8.1.1).</summary>
    ContentLengthMismatch,
    StreamResetByClient,
    StreamResetByServer,
    /// <summary>The server closed the connection without processing this request (GOAWAY, RFC 9113 §6.8).</summary>
    ResponseMissingRefused,
    /// <summary>gRPC messages whose prefixes do not fit the body.</summary>
    GrpcFramingInvalid,
    /// <summary>Weir was ended by force while this ran: nobody knows how it went on.</summary>
    EndUnknown,
}

/// <summary>A set of <see cref="Anomaly"/> in one word.</summary>
public struct AnomalySet : IEquatable<AnomalySet>
{
    private ulong _bits;

    public readonly bool IsEmpty => _bits == 0;

    public void Add(Anomaly anomaly) => _bits |= 1UL << (int)anomaly;

    public readonly bool Contains(Anomaly anomaly) => (_bits & (1UL << (int)anomaly)) != 0;

    public readonly bool Equals(AnomalySet other) => _bits == other._bits;

    public override readonly bool Equals(object? obj) => obj is AnomalySet other && Equals(other);

    public override readonly int GetHashCode() => _bits.GetHashCode();

    public static bool operator ==(AnomalySet left, AnomalySet right) => left.Equals(right);

    public static bool operator !=(AnomalySet left, AnomalySet right) => !left.Equals(right);

    /// <summary>Members in order of declaration, without allocating.</summary>
    public readonly Enumerator GetEnumerator() => new(_bits);

    public struct Enumerator(ulong bits)
    {
        private ulong _rest = bits;

        public Anomaly Current { get; private set; }

        public bool MoveNext()
        {
            if (_rest == 0) return false;
            Current = (Anomaly)System.Numerics.BitOperations.TrailingZeroCount(_rest);
            _rest &= _rest - 1;
            return true;
        }
    }
}
