using Weir.Rpc.Client;

namespace Weir.Center.Tetragon;

/// <summary>Where events of Tetragon come from.</summary>
public sealed record TetragonOptions
{
    /// <summary>Files of the JSON export, followed as they grow and are rotated.</summary>
    public IReadOnlyList<string> Exports { get; init; } = [];

    /// <summary>Agents that are asked over gRPC.</summary>
    public IReadOnlyList<TetragonAgent> Agents { get; init; } = [];

    public TetragonLimits Limits { get; init; } = new();
}

/// <summary>One agent.</summary>
/// <param name="Address"><c>unix:///PATH</c> or <c>HOST:PORT</c>, as it is shown.</param>
/// <param name="Tls">Encrypts; null speaks in the clear.</param>
public sealed record TetragonAgent(string Address, RpcClientTls? Tls = null);

/// <summary>What events of processes may cost.</summary>
public sealed record TetragonLimits
{
    /// <summary>Events; the oldest make room.</summary>
    public int MaxEvents { get; init; } = 200_000;

    /// <summary>Events that wait for the disk.</summary>
    public int MaxQueued { get; init; } = 8192;

    /// <summary>Bytes of a line of the export.</summary>
    public int MaxLineBytes { get; init; } = 256 << 10;

    /// <summary>Characters of a text of an event, such as the arguments of a process.</summary>
    public int MaxText { get; init; } = 4096;

    /// <summary>Time between two looks at an export.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait before an agent is asked again; the first is a second.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Calls that are looked at to join an answer's events with.</summary>
    public int MaxJoinedCalls { get; init; } = 20_000;

    /// <summary>Calls that an event names.</summary>
    public int MaxExchanges { get; init; } = 20;

    /// <summary>A call belongs to an event of the same pod when it ran within this time of it.</summary>
    public TimeSpan JoinWindow { get; init; } = TimeSpan.FromSeconds(10);
}
