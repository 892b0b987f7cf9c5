/** What a person can do about a loss, by its reason; shown beside what it means. Undefined: there is nothing to do, or the meaning says it. */
const advice: Record<string, string> = {
  kernel_drops: 'Capture fewer ports (-p 80,8080), or read with more threads (--workers 2).',
  ebpf_ring_full: 'Capture fewer ports (-p).',
  ebpf_no_buffer_bytes: 'Use --source ring+ebpf.',
  ebpf_level_bytes: 'The load was too high for this plane; it comes back by itself.',
  ebpf_sampled_calls: 'The load was too high for this plane; it comes back by itself.',
  ebpf_off_seconds: 'The load was too high for this plane; it comes back by itself.',
  tls_opaque: 'The process uses a TLS library that Weir cannot read. weir doctor tells which are read.',
  tls_files_skipped: 'Watch fewer programs, by port or by process.',
  stream_gap_bytes: 'A consequence of packets that were dropped: see the reasons above.',
  stream_gaps: 'A consequence of packets that were dropped: see the reasons above.',
  stream_cut_bytes: 'The packets came cut short from their source: raise its snap length.',
  stream_buffer_limit_gaps: 'A consequence of packets that were dropped or came very late.',
  stream_connections_evicted: 'Capture fewer ports (-p): more connections were open at once than Weir keeps.',
  protocol_skipped_bytes: 'A consequence of packets that were dropped, or a server that speaks something else on this port.',
  ingest_queue_full: 'The disk is too slow for this rate: put --data on a faster one, or capture fewer ports.',
  store_refused: 'Look at the storage below: the disk may be full.',
  retention_queue_full: 'The disk is too slow for raw packets: keep them on a faster one, or capture fewer ports.',
  retention_disk: 'Make room on the disk of raw packets, or give them a smaller budget.',
  resurface_spool_full: 'Look after the server that calls are delivered to.',
  message_invalid: 'A logger sends lines that are not in the format of messages.',
};

export const whatHelpsAgainst = (reason: string): string | undefined => advice[reason];
