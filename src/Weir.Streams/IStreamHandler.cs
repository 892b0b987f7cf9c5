namespace Weir.Streams;

/// <summary>Which way bytes travel. The initiator sent the first SYN; without one, whoever was seen first.</summary>
public enum Direction : byte
{
    FromInitiator = 0,
    FromResponder = 1,
}

/// <summary>Why a direction of a connection is over.</summary>
public enum StreamEnd : byte
{
    Fin,
    Reset,
    /// <summary>Nothing was seen for the idle limit.</summary>
    Idle,
    /// <summary>Pushed out because a table or byte limit was reached.</summary>
    Evicted,
    /// <summary>A new SYN took the same addresses and ports.</summary>
    Reused,
    /// <summary>The capture itself ended.</summary>
    CaptureEnd,
}

/// <summary>
/// Receives the bytes of one connection, in order per direction. A handler never sees a byte twice; what is missing is
/// told once by <see cref="OnGap"/>. Spans are valid only during the call. Implementations never throw on content.
/// </summary>
public interface IStreamHandler
{
    /// <summary>In-order bytes of one direction, captured at <paramref name="timestampNs"/>.</summary>
    void OnChunk(Direction direction, ReadOnlySpan<byte> bytes, long timestampNs);

    /// <summary>
    /// <paramref name="length"/> bytes of this direction will never come. They were sent at <paramref name="timestampNs"/> at the
    /// latest, however much later it became certain that they are lost.
    /// </summary>
    void OnGap(Direction direction, long length, long timestampNs);

    /// <summary>This direction will bring no more bytes. Called exactly once per direction for every connection.</summary>
    void OnEnd(Direction direction, StreamEnd reason, long timestampNs);
}

/// <summary>Follows connections as a whole, for counters of flows.</summary>
public interface IConnectionSink
{
    /// <summary>Called once for every connection, when nothing more of it will be counted: after it ended and lingered.</summary>
    /// <param name="connection">Valid during the call; <see cref="Connection.End"/> says why it is over.</param>
    void OnOver(Connection connection);

    /// <summary>It is open since <see cref="StreamLimits.ReportIntervalNs"/>, or was told so long ago; more will be counted.</summary>
    /// <param name="connection">Valid during the call; what is put into <see cref="Connection.SinkState"/> is there the next time.</param>
    void OnOpen(Connection connection);
}

/// <summary>Opens a handler for a new connection; null when its bytes are not wanted (it is then only counted).</summary>
public interface IStreamHandlerFactory
{
    IStreamHandler? Open(Connection connection);
}
