using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols;

/// <summary>Why a response never came, from how its connection ended: the same in every protocol.</summary>
internal static class MissingResponse
{
    /// <param name="server">How the server's direction ended.</param>
    /// <param name="client">How the client's did; null while it is open. Its reset is what ended both, unless the server had closed.</param>
    public static Anomaly Because(StreamEnd server, StreamEnd? client) =>
        Because(client == StreamEnd.Reset && server != StreamEnd.Fin ? StreamEnd.Reset : server);

    public static Anomaly Because(StreamEnd reason) => reason switch
    {
        StreamEnd.Reset => Anomaly.ResponseMissingReset,
        StreamEnd.Idle => Anomaly.ResponseMissingIdle,
        StreamEnd.Evicted => Anomaly.ResponseMissingEvicted,
        StreamEnd.CaptureEnd => Anomaly.ResponseMissingCaptureEnd,
        // A new SYN on the same ports means that the connection closed unseen.
        _ => Anomaly.ResponseMissingClosed,
    };
}
