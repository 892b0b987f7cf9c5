namespace Weir.Streams;

/// <summary>What reassembly did since it began. Written by the thread that adds packets; any thread may read.</summary>
public sealed class StreamCounters
{
    private readonly StreamLosses _losses = new();
    private readonly long[] _closed = new long[Enum.GetValues<StreamEnd>().Length];

    public long ConnectionsOpened { get; internal set; }

    /// <summary>Connections now open.</summary>
    public long ConnectionsActive { get; internal set; }

    /// <summary>Opened connections whose bytes nobody wanted.</summary>
    public long ConnectionsUnwanted { get; internal set; }

    /// <summary>TCP packets seen.</summary>
    public long Segments { get; internal set; }

    /// <summary>TCP payload on the wire in bytes, repeats included.</summary>
    public long PayloadBytes { get; internal set; }

    /// <summary>Bytes handed to handlers.</summary>
    public long DeliveredBytes { get; internal set; }

    /// <summary>Segments captured a second time on another interface.</summary>
    public long DuplicateSegments { get; internal set; }

    /// <summary>Segments that the sender sent again.</summary>
    public long Retransmissions { get; internal set; }

    /// <summary>Segments that filled a hole at once: the network or the capture changed their order.</summary>
    public long OutOfOrderSegments { get; internal set; }

    /// <summary>Keep-alive and window probes (RFC 9293 §3.8.4, §3.8.6.1).</summary>
    public long Probes { get; internal set; }

    /// <summary>Segments that came after their bytes had been told as a gap.</summary>
    public long LateSegments => _losses.All(StreamLoss.LateSegments);

    public long Gaps => _losses.All(StreamLoss.Gaps);

    public long GapBytes => _losses.All(StreamLoss.GapBytes);

    /// <summary>The part of <see cref="GapBytes"/> that the capture's snap length cut off.</summary>
    public long CutBytes => _losses.All(StreamLoss.CutBytes);

    /// <summary>Gaps told early because a buffer limit was reached.</summary>
    public long BufferLimitGaps => _losses.All(StreamLoss.BufferLimitGaps);

    /// <summary>Segments without payload or SYN of a connection that is not known.</summary>
    public long UnknownConnectionSegments { get; internal set; }

    /// <summary>Segments with payload whose sequence is far from what is expected.</summary>
    public long ImplausibleSegments => _losses.All(StreamLoss.ImplausibleSegments);

    /// <summary>SYN, FIN or RST that do not fit their connection.</summary>
    public long ImplausibleControls { get; internal set; }

    /// <summary>Segments with new bytes after their direction ended.</summary>
    public long AfterEndSegments => _losses.All(StreamLoss.AfterEndSegments);

    /// <summary>Bytes of out-of-order buffers in use.</summary>
    public long BufferedBytes { get; internal set; }

    public long BufferedBytesPeak { get; internal set; }

    /// <summary>Connections that ended for this reason; the direction that ended last decides.</summary>
    public long Closed(StreamEnd reason) => _closed[(int)reason];

    /// <summary>Reasons why bytes on the wire did not reach a handler, named in snake_case; all zero in a run without loss.</summary>
    public IEnumerable<KeyValuePair<string, long>> Losses() => _losses.Sums();

    /// <summary>The same by the interface on which the connection was first seen (-1: not told apart).</summary>
    public IEnumerable<(int InterfaceId, string Reason, long Count)> LossesByInterface() => _losses.Read();

    internal void Count(HalfStream half, StreamLoss loss, long amount = 1) => _losses.Count(half.Owner.Info, loss, amount);

    internal void CountClosed(Connection connection, StreamEnd reason)
    {
        _closed[(int)reason]++;
        ConnectionsActive--;
        if (reason == StreamEnd.Evicted) _losses.Count(connection, StreamLoss.ConnectionsEvicted);
    }

    /// <summary>Every counter, named in snake_case.</summary>
    public IEnumerable<KeyValuePair<string, long>> All()
    {
        yield return new("stream_connections_opened", ConnectionsOpened);
        yield return new("stream_connections_active", ConnectionsActive);
        yield return new("stream_connections_unwanted", ConnectionsUnwanted);
        yield return new("stream_connections_closed_fin", Closed(StreamEnd.Fin));
        yield return new("stream_connections_closed_reset", Closed(StreamEnd.Reset));
        yield return new("stream_connections_closed_idle", Closed(StreamEnd.Idle));
        yield return new("stream_connections_closed_reused", Closed(StreamEnd.Reused));
        yield return new("stream_connections_closed_capture_end", Closed(StreamEnd.CaptureEnd));
        yield return new("stream_segments", Segments);
        yield return new("stream_payload_bytes", PayloadBytes);
        yield return new("stream_delivered_bytes", DeliveredBytes);
        yield return new("stream_duplicate_segments", DuplicateSegments);
        yield return new("stream_retransmissions", Retransmissions);
        yield return new("stream_out_of_order_segments", OutOfOrderSegments);
        yield return new("stream_probes", Probes);
        yield return new("stream_unknown_connection_segments", UnknownConnectionSegments);
        yield return new("stream_implausible_controls", ImplausibleControls);
        yield return new("stream_buffered_bytes", BufferedBytes);
        yield return new("stream_buffered_bytes_peak", BufferedBytesPeak);
        foreach (var loss in Losses()) yield return loss;
    }
}
