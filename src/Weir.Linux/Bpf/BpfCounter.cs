namespace Weir.Linux.Bpf;

/// <summary><c>enum weir_counter</c> of bpf/contract/counters.h.</summary>
public enum BpfCounter
{
    Calls = 0,
    Events = 1,
    Bytes = 2,
    CapturedBytes = 3,
    IgnoredCalls = 4,
    OwnCalls = 5,
    Connections = 6,
    ConnectionsIgnored = 7,
    RingFull = 8,
    RingFullBytes = 9,
    TableFull = 10,
    FaultBytes = 11,
    NoBufferBytes = 12,
    CallLimitBytes = 13,
    BudgetBytes = 14,
    LevelBytes = 15,
    VectorsBytes = 16,
    CompatCalls = 17,
    UnknownCalls = 18,
    NoSocket = 19,
    NoTask = 20,
    ControlEvents = 21,
    Messages = 22,
    GivenCalls = 23,
    OffCalls = 24,
    Runs = 25,
    TimedRuns = 26,
    TimedNs = 27,
}
