using Weir.Linux.Bpf;

namespace Weir.Capture;

/// <summary>Which counters of the kernel programs are losses, under the names of the ledger (Weir.Records.Status.LossReasons).</summary>
internal static class EbpfLosses
{
    public static IReadOnlyList<(string Reason, BpfCounter Counter)> All { get; } =
    [
        ("ebpf_ring_full", BpfCounter.RingFull),
        ("ebpf_ring_full_bytes", BpfCounter.RingFullBytes),
        ("ebpf_control_events", BpfCounter.ControlEvents),
        ("ebpf_table_full", BpfCounter.TableFull),
        ("ebpf_fault_bytes", BpfCounter.FaultBytes),
        ("ebpf_no_buffer_bytes", BpfCounter.NoBufferBytes),
        ("ebpf_call_limit_bytes", BpfCounter.CallLimitBytes),
        ("ebpf_budget_bytes", BpfCounter.BudgetBytes),
        ("ebpf_level_bytes", BpfCounter.LevelBytes),
        ("ebpf_sampled_calls", BpfCounter.SampledCalls),
        ("ebpf_vectors_bytes", BpfCounter.VectorsBytes),
        ("ebpf_messages", BpfCounter.Messages),
        ("ebpf_compat_calls", BpfCounter.CompatCalls),
        ("ebpf_unknown_calls", BpfCounter.UnknownCalls),
        ("ebpf_no_socket", BpfCounter.NoSocket),
        ("ebpf_no_task", BpfCounter.NoTask),
    ];
}
