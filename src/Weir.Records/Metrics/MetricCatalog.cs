using System.Diagnostics.CodeAnalysis;

namespace Weir.Records.Metrics;

/// <summary>Every metric of Weir; docs/metrics.md is made of this table.</summary>
public static class MetricCatalog
{
    private static readonly string[] s_series = ["namespace", "service", "endpoint", "protocol", "method"];

    /// <summary>How many calls, and how they ended.</summary>
    public static Metric Calls { get; } = new(
        "weir_exchange_calls_total", MetricKind.Counter, "",
        "Calls that are over, by the class of their status: gRPC and DNS codes are mapped to those of HTTP, none is a call without a response.",
        [.. s_series, "status_class"]);

    public static Metric Durations { get; } = new(
        "weir_exchange_duration_seconds", MetricKind.Histogram, "seconds",
        "First byte of the request to last byte of the response; without WebSockets and event streams, which last as long as somebody listens.", s_series);

    public static Metric RequestBytes { get; } = new(
        "weir_exchange_request_body_bytes_total", MetricKind.Counter, "bytes", "Bytes of request bodies on the wire, after transfer decoding.", s_series);

    public static Metric ResponseBytes { get; } = new(
        "weir_exchange_response_body_bytes_total", MetricKind.Counter, "bytes", "Bytes of response bodies on the wire, after transfer decoding.", s_series);

    /// <summary>The loss ledger.</summary>
    public static Metric Losses { get; } = new(
        "weir_loss_units_total", MetricKind.Counter, "",
        "What did not become a record: the loss ledger, in the unit that the label names. All zero when nothing was lost.", "plane", "interface", "stage", "unit", "reason");

    public static Metric Build { get; } = new("weir_build_info", MetricKind.Gauge, "", "Always 1; the label is the version.", "version");

    public static Metric ProcessCpu { get; } = new("weir_process_cpu_seconds_total", MetricKind.Counter, "seconds", "Processor time of the process, in user and kernel mode.");

    public static Metric ProcessStart { get; } = new("weir_process_start_time_seconds", MetricKind.Gauge, "seconds", "When the process began, Unix time.");

    public static Metric ProcessPause { get; } = new("weir_process_gc_pause_seconds_total", MetricKind.Counter, "seconds", "Time in which the garbage collector held everything.");

    public static Metric StoreOldest { get; } = new("weir_storage_oldest_timestamp_seconds", MetricKind.Gauge, "seconds", "Start of the oldest stored call, Unix time; absent while there is none.");

    public static Metric StoreNewest { get; } = new("weir_storage_newest_timestamp_seconds", MetricKind.Gauge, "seconds", "Start of the newest stored call, Unix time; absent while there is none.");

    public static IReadOnlyList<Metric> All { get; } =
    [
        Build,
        Counter("capture", "packets", "Packets, and calls on sockets, that were handed over by what captures."),
        Counter("capture", "bytes", "Their bytes on the wire."),
        Counter("capture", "exchanges", "Calls that matched the filter and went to the outputs."),
        Counter("capture", "connections", "TCP connections seen."),
        Counter("capture", "interface_frames", "Frames received from an interface.", "interface"),
        Counter("capture", "interface_bytes", "Bytes captured on an interface.", "interface"),
        Counter("capture", "interface_kernel_drops", "Frames that the kernel dropped because its buffer was full; in the loss ledger too.", "interface"),
        Counter("capture", "interface_truncated", "Frames cut by the snap length.", "interface"),
        Counter("capture", "ignored", "What Weir does not read, by kind; no loss. Packets, connections or calls, or bytes where the reason says so.", "reason"),
        Counter("capture", "anomaly", "Calls with an oddity that their record names.", "anomaly"),
        Counter("capture", "stream_connections_opened", "Connections that reassembly began to follow."),
        Gauge("capture", "stream_connections_active", "Connections that are followed now."),
        Counter("capture", "stream_connections_unwanted", "Connections whose bytes no protocol wanted."),
        Counter("capture", "stream_connections_closed_fin", "Connections that ended with FIN."),
        Counter("capture", "stream_connections_closed_reset", "Connections that ended with RST."),
        Counter("capture", "stream_connections_closed_idle", "Connections that were silent for the idle limit."),
        Counter("capture", "stream_connections_closed_reused", "Connections whose ports a new one took."),
        Counter("capture", "stream_connections_closed_capture_end", "Connections open when the capture ended."),
        Counter("capture", "stream_segments", "TCP packets."),
        Counter("capture", "stream_payload_bytes", "TCP payload on the wire, repeats included."),
        Counter("capture", "stream_delivered_bytes", "Bytes in order handed to parsers."),
        Counter("capture", "stream_duplicate_segments", "Segments captured a second time on another interface."),
        Counter("capture", "stream_retransmissions", "Segments that their sender sent again."),
        Counter("capture", "stream_out_of_order_segments", "Segments that came behind a later one."),
        Counter("capture", "stream_probes", "Keep-alive and window probes."),
        Counter("capture", "stream_unknown_connection_segments", "Segments without payload of a connection that is not known."),
        Counter("capture", "stream_implausible_controls", "SYN, FIN or RST that do not fit their connection."),
        Gauge("capture", "stream_buffered_bytes", "Memory of segments that wait for others before them."),
        Gauge("capture", "stream_buffered_peak_bytes", "The most that this ever was."),
        Counter("capture", "progress_reports", "Times a call was told while it ran."),
        Counter("capture", "exchanges_complete", "Calls seen from first to last byte."),
        Counter("capture", "exchanges_incomplete", "Calls of which something is missing; their record says what."),
        Counter("capture", "resynchronised", "Times the next message was found after a loss."),
        Counter("capture", "skipped_bytes", "Bytes that belong to no message; in the loss ledger too."),
        Counter("capture", "gap_bytes", "Bytes missing within messages."),
        Counter("capture", "interim_responses", "Responses 1xx, which make no call of their own."),
        Counter("capture", "protocols_switched", "Connections that changed their protocol."),
        Counter("capture", "pairings_lost", "Times requests and responses of a pipeline could no longer be told to belong together."),
        Counter("capture", "websocket_messages", "Messages of WebSockets that are over."),
        Counter("capture", "dns_unanswered", "DNS queries that nobody answered in time."),
        Counter("capture", "dns_copies", "DNS datagrams seen again on another interface."),
        Counter("capture", "dns_repeated", "DNS queries asked again before they were answered."),
        Counter("capture", "connections_recognised", "Connections whose protocol was recognised."),
        Counter("capture", "opaque_connections", "Connections of no protocol that Weir reads."),
        Counter("capture", "opaque_bytes", "Their bytes."),
        Calls,
        Durations,
        RequestBytes,
        ResponseBytes,
        Gauge("exchange", "series", "Combinations of labels that are told apart."),
        Counter("exchange", "overflow_calls", "Calls counted under other, by the limit that was reached.", "limit"),
        Losses,
        Counter("ingest", "received", "Calls that came to the center."),
        Gauge("ingest", "queued", "Calls that wait to be stored."),
        Gauge("ingest", "queue_limit", "How many may."),
        Gauge("ingest", "queued_bytes", "Their bytes."),
        Gauge("ingest", "queue_limit_bytes", "How many bytes may wait."),
        Counter("ingest", "stored", "Calls written to the store."),
        Counter("ingest", "duplicates", "Calls that the store had already."),
        Counter("ingest", "replaced", "Calls told while they ran, replaced by their end."),
        Counter("ingest", "store_failures", "Attempts to write that failed; tried again."),
        Gauge("live", "subscribers", "Open live streams."),
        Counter("live", "sent", "Calls shown to live streams."),
        Counter("live", "dropped", "Calls not shown to a live stream because its reader was slow; they are stored all the same."),
        Counter("live", "from_other_centers", "Calls shown that another center over the same store took."),
        Counter("live", "missed_of_other_centers", "Calls of other centers that live streams passed over; they are stored all the same."),
        Gauge("identity", "pods", "Pods that are known by name."),
        Gauge("identity", "services", "Services that are known."),
        Gauge("identity", "nodes", "Nodes that are known."),
        Gauge("identity", "addresses", "Addresses that have a name."),
        Gauge("identity", "past_pods", "Pods that have gone and are still remembered."),
        Gauge("identity", "addresses_left_out", "Addresses beyond what is remembered."),
        .. Kinds.SelectMany(Followed),
        Counter("messages", "requests", "Deliveries of loggers."),
        Counter("messages", "messages", "Calls that loggers told of."),
        ProcessCpu,
        ProcessStart,
        ProcessPause,
        Gauge("process", "resident_bytes", "Memory of the process in RAM."),
        Gauge("process", "heap_bytes", "Managed memory in use."),
        Counter("process", "allocated_bytes", "Managed memory ever allocated."),
        Counter("process", "gc_collections", "Garbage collections of any generation."),
        Gauge("process", "threads", "Threads."),
        Gauge("process", "open_files", "Open descriptors; absent where the system does not tell."),
        Counter("output", "delivered", "Calls that a destination acknowledged.", "output"),
        Gauge("output", "waiting", "Calls in the spool, which were not acknowledged yet.", "output"),
        Gauge("output", "connected", "Centers that are connected."),
        Gauge("retention", "bytes", "Bytes of raw packets on disk, their indexes included."),
        Gauge("retention", "budget_bytes", "Bytes that they may have."),
        Gauge("retention", "segments", "Files of raw packets."),
        Gauge("retention", "oldest_timestamp_seconds", "When the oldest raw packet that is kept was captured; 0 when none is."),
        Gauge("retention", "suspended", "1 while the disk takes no raw packets, else 0."),
        Counter("retention", "frames", "Raw packets that were written."),
        Gauge("probes", "connected", "Probes that are connected to the center."),
        Counter("probes", "batches", "Batches that probes delivered."),
        Counter("probes", "exchanges", "Calls in them."),
        Counter("probes", "busy", "Times a probe was told to come again because the store was behind."),
        Counter("probes", "refused", "Deliveries that were refused: no token, or no batch."),
        Counter("accounting", "intervals", "Intervals whose byte counters a probe has told."),
        Counter("accounting", "rows", "Rows of counters in them."),
        Counter("accounting", "bytes", "Bytes of frames that were counted, whatever their port and protocol."),
        Counter("accounting", "packets", "Frames that were counted."),
        Counter("accounting", "overflow_packets", "Frames that found no row of their own and were counted for their interface as other."),
        Counter("accounting", "uncounted_packets", "Frames that found no room in the kernel's tables, not even as other."),
        Counter("accounting", "postponed", "Times an interval ended late because the counters of the one before were still being told."),
        Counter("traffic", "reports", "Reports of byte counters that the center has counted."),
        Counter("traffic", "repeated", "Reports that came again and were not counted again."),
        Counter("traffic", "rows", "Rows of counters in them."),
        Counter("traffic", "bytes", "Bytes in them."),
        Counter("traffic", "deleted", "Rows deleted for their age or number."),
        Counter("influx", "points", "Points that InfluxDB took."),
        Counter("influx", "requests", "Requests to it."),
        Counter("influx", "failures", "Requests that failed; tried again."),
        Gauge("influx", "waiting", "Points that it does not have yet; over ClickHouse those of all centers."),
        Counter("accounts", "logins", "Logins that were let in."),
        Counter("accounts", "logins_failed", "Logins with a wrong name, password or link."),
        Counter("accounts", "logins_refused", "Logins that were not checked because too many failed before, or many came at once."),
        Counter("accounts", "audit_failures", "Lines of the audit log that could not be written."),
        Gauge("accounts", "users", "Users."),
        Gauge("accounts", "tokens", "API tokens."),
        Gauge("accounts", "watched_logins", "Names and addresses whose failed logins are being counted."),
        Counter("catalogue", "observed", "Calls that the catalogue of endpoints learned from."),
        Counter("catalogue", "ignored", "Calls that teach nothing about an endpoint."),
        Counter("catalogue", "paths_refused", "Paths beyond what is learned of one service."),
        Counter("catalogue", "services_refused", "Services beyond what is learned."),
        Gauge("catalogue", "services", "Services in the catalogue."),
        Gauge("catalogue", "endpoints", "Endpoints in it that were seen often enough to be sure."),
        Counter("catalogue", "save_failures", "Times the catalogue could not be written."),
        Gauge("catalogue", "services_of_others", "Services that other centers over the same store learned, each as often as there are centers that did."),
        Counter("catalogue", "documents_refused", "Times that what another center learned of a service had no room to be shown."),
        Gauge("catalogue", "documents_unread", "Documents of the catalogue that are not shown: damaged, of a newer Weir, or beyond its limits."),
        Counter("catalogue", "shares_lost", "Times that another center took over the share of this one, which stood still for too long."),
        Counter("incidents", "calls", "Calls that were looked at for what is unusual."),
        Counter("incidents", "findings", "Statements about single calls, before they are grouped."),
        Counter("incidents", "opened", "Incidents."),
        Gauge("incidents", "services", "Services of which it is known what is usual."),
        Gauge("incidents", "learning", "1 while nothing is reported yet, else 0."),
        Counter("incidents", "replayed_calls", "Stored calls from which the usual was learned again at the start."),
        Counter("incidents", "queue_full", "Incidents that found the queue to the store and the receivers full."),
        Counter("alerts", "offered", "Alerts, before it is decided who is told."),
        Counter("alerts", "silenced", "Alerts that a silence held back."),
        Counter("alerts", "repeated", "Times a receiver was not told what it knew."),
        Counter("alerts", "unrouted", "Alerts that no receiver wants."),
        Counter("alerts", "omitted", "Alerts that are only counted in a notification, because it had enough."),
        Counter("alerts", "no_room", "Alerts that found every group taken: receivers have taken nothing for long."),
        Gauge("alerts", "groups", "Groups of alerts that wait for others."),
        Gauge("alerts", "silences", "Silences."),
        Counter("alerts", "delivered", "Alerts that a receiver took."),
        Counter("alerts", "refused", "Alerts that a receiver called wrong, and that were given up."),
        Counter("alerts", "expired", "Alerts that waited too long, or whose file was damaged."),
        Gauge("alerts", "waiting", "Alerts on disk, for receivers that did not take them yet."),
        Counter("ratelimits", "applied", "Limits that were set or checked by a dry run."),
        Counter("ratelimits", "reverted", "Limits that were taken back."),
        Counter("ratelimits", "failed", "Limits that could not be set."),
        Gauge("ratelimits", "active", "Limits that are set."),
        Gauge("ratelimits", "reverting", "Limits that are over and that the cluster has not let go yet."),
        Gauge("storage", "readable", "1 while the store answers, else 0."),
        Gauge("storage", "exchanges", "Calls held."),
        Gauge("storage", "bytes", "Size of database and log."),
        Gauge("storage", "limit_bytes", "Size beyond which the oldest calls are deleted."),
        Gauge("storage", "disk_available_bytes", "Room on the disk of the store; absent where the system does not tell."),
        StoreOldest,
        StoreNewest,
        Counter("storage", "stored", "Calls stored since the store was opened."),
        Counter("storage", "duplicates", "Calls that were there already."),
        Counter("storage", "deleted_by_age", "Calls deleted because they were too old."),
        Counter("storage", "deleted_by_size", "Calls deleted to stay within the size."),
        Counter("storage", "failures", "Transactions that failed."),
    ];

    private static readonly Dictionary<string, Metric> s_byName = All.ToDictionary(metric => metric.Name);

    public static bool TryGet(string name, [NotNullWhen(true)] out Metric? metric) => s_byName.TryGetValue(name, out metric);

    private static IEnumerable<string> Kinds => ["pods", "services", "nodes", "endpointslices", "replicasets", "jobs"];

    /// <summary>How a kind of object is followed at the API server.</summary>
    private static IEnumerable<Metric> Followed(string kind) =>
    [
        Gauge("identity", $"{kind}_synced", $"1 once the {kind} are known."),
        Gauge("identity", $"{kind}_failing", $"1 while the {kind} cannot be asked for."),
        Gauge("identity", $"{kind}_left_out", $"What there is of {kind} beyond what is kept."),
        Counter("identity", $"{kind}_events", $"Changes of {kind} that the API server told."),
        Counter("identity", $"{kind}_lists", $"Times all {kind} were asked for."),
        Counter("identity", $"{kind}_watches", $"Times a watch of the {kind} began."),
        Counter("identity", $"{kind}_failures", $"Times asking for {kind} failed."),
    ];

    private static Metric Counter(string area, string what, string help, params string[] labels) =>
        new($"weir_{area}_{what}_total", MetricKind.Counter, Unit(what), help, labels);

    private static Metric Gauge(string area, string what, string help, params string[] labels) =>
        new($"weir_{area}_{what}", MetricKind.Gauge, Unit(what), help, labels);

    /// <summary>Only what the name ends in is its unit.</summary>
    private static string Unit(string what) => what.EndsWith("bytes", StringComparison.Ordinal) ? "bytes" : "";
}
