namespace Weir.Records.Status;

/// <summary>How far something had come when it was lost.</summary>
public enum LossStage : byte
{
    /// <summary>Before Weir had the packet.</summary>
    Capture,
    /// <summary>While the packet's headers were read.</summary>
    Decode,
    /// <summary>While the bytes of a connection were put in order.</summary>
    Stream,
    /// <summary>While messages were parsed.</summary>
    Protocol,
    /// <summary>On the way to a file, a program or a service.</summary>
    Output,
    /// <summary>On the way into the center's store.</summary>
    Store,
}

/// <summary>One reason for a loss, in plain words.</summary>
/// <param name="Name">snake_case, as in <c>--stats</c> and metrics.</param>
/// <param name="Stage">Where it happens.</param>
/// <param name="Unit">What is counted: <c>packets</c>, <c>bytes</c>, <c>calls</c> …</param>
/// <param name="Meaning">One sentence: what happened and, where there is something to do, what helps.</param>
public sealed record LossReason(string Name, LossStage Stage, string Unit, string Meaning);

/// <summary>Every reason that a counter of Weir can give for a loss.</summary>
public static class LossReasons
{
    public static IReadOnlyList<LossReason> All { get; } =
    [
        new("kernel_drops", LossStage.Capture, "packets",
            "The kernel dropped packets because its capture buffer was full: Weir read too slowly. Fewer ports, more workers or a larger buffer help."),
        new("ebpf_ring_full", LossStage.Capture, "calls",
            "Calls on sockets that found the ring to Weir full: Weir read too slowly. Fewer ports or a larger ring help."),
        new("ebpf_ring_full_bytes", LossStage.Capture, "bytes", "Bytes of those calls."),
        new("ebpf_control_events", LossStage.Capture, "events", "Beginnings and ends of connections that found the ring full."),
        new("ebpf_table_full", LossStage.Capture, "calls", "Calls on connections for which the kernel's table had no room."),
        new("ebpf_fault_bytes", LossStage.Capture, "bytes", "Bytes in memory of a process that could not be read at that moment: its pages were swapped out or gone."),
        new("ebpf_no_buffer_bytes", LossStage.Capture, "bytes",
            "Bytes that never were in the process's memory (sendfile, splice) or of which it is not known where (io_uring). A ring beside it, --source ring+ebpf, sees them."),
        new("ebpf_call_limit_bytes", LossStage.Capture, "bytes", "Bytes of single calls beyond what is kept of one."),
        new("ebpf_budget_bytes", LossStage.Capture, "bytes", "Bytes of connections that moved more in a second than is kept of one; the beginning of each call was kept."),
        new("ebpf_level_bytes", LossStage.Capture, "bytes", "Bytes left out while the plane had backed off from load."),
        new("ebpf_vectors_bytes", LossStage.Capture, "bytes", "Bytes behind the first 32 buffers of one call."),
        new("ebpf_messages", LossStage.Capture, "messages", "Messages of sendmmsg and recvmmsg behind the first of a call."),
        new("ebpf_compat_calls", LossStage.Capture, "calls", "Calls of 32-bit programs, whose buffers the programs do not find."),
        new("ebpf_unknown_calls", LossStage.Capture, "calls", "Sends and receives inside a system call that Weir does not know to be one."),
        new("ebpf_no_socket", LossStage.Capture, "calls", "Calls whose descriptor could not be followed to its socket."),
        new("ebpf_no_task", LossStage.Capture, "calls", "Calls of which the process could not be told."),
        new("ebpf_sampled_calls", LossStage.Capture, "calls", "Calls on the connections that were left out while the plane had backed off to one in sixteen."),
        new("ebpf_off_seconds", LossStage.Capture, "seconds", "Seconds in which the plane was switched off for load, and nothing was counted."),
        new("ebpf_malformed_events", LossStage.Capture, "events", "Records in the ring that are no event: programs and Weir do not belong together."),
        new("tls_table_full", LossStage.Capture, "calls", "Calls into TLS libraries for which the kernel's tables had no room."),
        new("tls_depth", LossStage.Capture, "calls", "Calls into TLS libraries inside more than three others."),
        new("tls_shape", LossStage.Capture, "calls",
            "Calls into a TLS library whose result made no sense: the library is built in a way that Weir does not know."),
        new("tls_notices", LossStage.Capture, "events", "Starts and ends of processes that found their ring full; libraries are found a minute later instead."),
        new("tls_files_skipped", LossStage.Capture, "files", "Programs, libraries or processes that were left out because too many are watched already."),
        new("tls_opaque", LossStage.Capture, "connections",
            "Encrypted connections of processes in which no TLS library that Weir can read was found: their calls are not seen."),
        new("tls_unbound", LossStage.Capture, "sessions",
            "TLS sessions whose socket could not be shown: their calls are told, without addresses. No calls were lost."),
        new("tls_sessions_evicted", LossStage.Capture, "sessions", "TLS sessions given up early to make room for others."),
        new("packet_truncated_link_header", LossStage.Decode, "packets", "The frame was captured too short for its link header."),
        new("packet_truncated_ip_header", LossStage.Decode, "packets", "The frame was captured too short for its IP header."),
        new("packet_truncated_transport_header", LossStage.Decode, "packets", "The frame was captured too short for its TCP or UDP header."),
        new("packet_malformed_ip_header", LossStage.Decode, "packets", "The IP header contradicts itself."),
        new("packet_malformed_transport_header", LossStage.Decode, "packets", "The TCP or UDP header contradicts itself."),
        new("packet_malformed_fragment", LossStage.Decode, "packets", "An IP fragment overlaps others or reaches beyond the largest datagram."),
        new("packet_unknown_link_type", LossStage.Decode, "packets", "The interface or file has a link type that Weir does not read."),
        new("packet_truncated_tunnel_header", LossStage.Decode, "packets", "The frame was captured too short for the header of its tunnel."),
        new("packet_malformed_tunnel", LossStage.Decode, "packets", "The tunnel header contradicts itself."),
        new("packet_tunnel_too_deep", LossStage.Decode, "packets", "More tunnels in one another than Weir looks into."),
        new("fragment_expired", LossStage.Decode, "fragments", "The rest of a fragmented datagram did not come in time."),
        new("fragment_evicted", LossStage.Decode, "fragments", "Too many fragmented datagrams were incomplete at once; the oldest was given up."),
        new("fragment_discarded", LossStage.Decode, "fragments", "Fragments were thrown away with a datagram that turned out malformed."),
        new("stream_gaps", LossStage.Stream, "gaps", "Places in a connection where bytes are missing that its receiver acknowledged: the capture missed them."),
        new("stream_gap_bytes", LossStage.Stream, "bytes", "Bytes missing at those places. The calls concerned are marked incomplete."),
        new("stream_cut_bytes", LossStage.Stream, "bytes",
            "The part of the missing bytes that was cut off because frames were captured only up to the snap length."),
        new("stream_buffer_limit_gaps", LossStage.Stream, "gaps",
            "Missing bytes were given up early because the memory for segments that wait for them was full."),
        new("stream_late_segments", LossStage.Stream, "segments", "Segments that came after their bytes had been given up."),
        new("stream_implausible_segments", LossStage.Stream, "segments",
            "Segments far from where their connection stands: strays, forgeries, or the capture missed much in between."),
        new("stream_after_end_segments", LossStage.Stream, "segments", "Segments with new bytes after their side had ended the connection."),
        new("stream_connections_evicted", LossStage.Stream, "connections",
            "Connections given up because the table of connections was full; the longest silent goes first."),
        new("flow_evicted", LossStage.Stream, "flows",
            "Flows told before their end because the table of flows was full; the longest silent goes first. A larger --max-flows helps."),
        new("protocol_skipped_bytes", LossStage.Protocol, "bytes",
            "Bytes that belong to no message: skipped after a loss, or sent where the protocol allows none."),
        new("dns_malformed", LossStage.Protocol, "messages", "DNS messages that contradict themselves."),
        new("pcap_frames_unmasked", LossStage.Output, "packets",
            "Packets left out of a capture file because what is sensitive in them could not be told apart."),
        new("pcap_exchanges_cut", LossStage.Output, "calls", "Calls of which packets were let go before they ended, because the memory for packets was full."),
        new("retention_queue_full", LossStage.Output, "packets",
            "Packets that are not kept because the disk was too slow for them, and the queue before it full; their calls were read. Fewer ports or a faster disk help."),
        new("retention_disk", LossStage.Output, "packets", "Packets that are not kept because the disk took no more; their calls were read. Room on the disk helps, or a smaller budget."),
        new("resurface_queue_full", LossStage.Output, "calls", "The spool was written too slowly, and the queue before it was full."),
        new("resurface_spool_full", LossStage.Output, "calls", "The server was away for so long that the spool was full; the oldest went first."),
        new("resurface_spool_expired", LossStage.Output, "calls", "The server was away for longer than calls are kept."),
        new("resurface_spool_damaged", LossStage.Output, "calls", "Calls in the spool that were damaged on disk."),
        new("resurface_refused", LossStage.Output, "calls", "Calls that the server refused for good."),
        new("otlp_queue_full", LossStage.Output, "calls", "The spool was written too slowly, and the queue before it was full."),
        new("otlp_spool_full", LossStage.Output, "calls", "The collector was away for so long that the spool was full; the oldest went first."),
        new("otlp_spool_expired", LossStage.Output, "calls", "The collector was away for longer than calls are kept."),
        new("otlp_spool_damaged", LossStage.Output, "calls", "Calls in the spool that were damaged on disk."),
        new("otlp_refused", LossStage.Output, "calls", "Calls whose spans the collector refused for good."),
        new("center_queue_full", LossStage.Output, "calls", "The spool was written too slowly, and the queue before it was full."),
        new("center_spool_full", LossStage.Output, "calls", "All centers were away for so long that the spool was full; the oldest went first."),
        new("center_spool_expired", LossStage.Output, "calls", "All centers were away for longer than calls are kept."),
        new("center_spool_damaged", LossStage.Output, "calls", "Calls in the spool that were damaged on disk."),
        new("center_refused", LossStage.Output, "calls", "Calls that a center refused for good: too large, or no record."),
        new("center_traffic_lost", LossStage.Output, "reports", "Reports of byte counters that were dropped: the spool was full, too old or damaged, or a center refused them."),
        new("influx_queue_full", LossStage.Output, "points", "Points for InfluxDB that were dropped because it was away for so long that their queue was full; the oldest went first."),
        new("influx_refused", LossStage.Output, "points", "Points that InfluxDB refused for good, as it does what is older than its retention policy."),
        new("apisec_queue_full", LossStage.Output, "endpoints", "The spool was written too slowly, and the queue before it was full. The next call of the endpoint offers it again."),
        new("apisec_spool_full", LossStage.Output, "endpoints", "The platform was away for so long that the spool was full; the oldest went first."),
        new("apisec_spool_expired", LossStage.Output, "endpoints", "The platform was away for longer than endpoints are kept."),
        new("apisec_spool_damaged", LossStage.Output, "endpoints", "Endpoints in the spool that were damaged on disk."),
        new("apisec_refused", LossStage.Output, "endpoints", "Endpoints that the platform refused for good; the log says with which answer."),
        new("gor_size_limit", LossStage.Output, "calls", "Calls that came after the .gor files had reached their total size."),
        new("message_invalid", LossStage.Store, "messages", "Lines that loggers sent and that are no message."),
        new("message_request_refused", LossStage.Store, "requests", "Deliveries of loggers that were refused: too large, damaged, or no room."),
        new("probe_record_invalid", LossStage.Store, "records", "Lines that probes sent and that are no record: another version, or another program."),
        new("traffic_invalid", LossStage.Store, "records", "Reports of byte counters that could not be read: another version, or another program."),
        new("traffic_store_refused", LossStage.Store, "reports", "Reports of byte counters that the store refused when nobody could send them again."),
        new("output_lost", LossStage.Output, "records", "Records that an output could no longer deliver."),
        new("ingest_queue_full", LossStage.Store, "calls", "The store could not keep up, and the queue before it was full."),
        new("store_refused", LossStage.Store, "calls", "The store refused them, also when tried again."),
    ];

    private static readonly Dictionary<string, LossReason> s_byName = All.ToDictionary(reason => reason.Name);

    /// <summary>The entry of the table. A name that is not in it is told as it is, so that nothing counted goes untold.</summary>
    public static LossReason Of(string name) =>
        s_byName.GetValueOrDefault(name) ?? new LossReason(name, LossStage.Capture, "", name.Replace('_', ' ') + ".");
}
