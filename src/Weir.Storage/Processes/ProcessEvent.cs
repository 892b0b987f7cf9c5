namespace Weir.Storage.Processes;

/// <summary>Something that a process did, as a sensor in the kernel told it. Texts that nobody told are empty.</summary>
public sealed record ProcessEvent
{
    /// <summary>Unix nanoseconds.</summary>
    public required long TimeNs { get; init; }

    /// <summary>exec, exit, kprobe, tracepoint, lsm, uprobe, usdt, loader, connect, close or listen.</summary>
    public required string Type { get; init; }

    public string Node { get; init; } = "";

    /// <summary>Policy that asked for it.</summary>
    public string Policy { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Pod { get; init; } = "";

    public string Container { get; init; } = "";

    public string Binary { get; init; } = "";

    public string Arguments { get; init; } = "";

    /// <summary>On the node; 0 when it is not told.</summary>
    public int Pid { get; init; }

    public string ParentBinary { get; init; } = "";

    /// <summary>The process over time, across nodes.</summary>
    public string ExecId { get; init; } = "";

    /// <summary>Function of the kernel that was called.</summary>
    public string Function { get; init; } = "";

    /// <summary>What the sensor did: post, sigkill, override …</summary>
    public string Action { get; init; } = "";

    /// <summary>Arguments of the function, the signal of an exit, or the message of the policy.</summary>
    public string Detail { get; init; } = "";

    /// <summary>This end of the connection that it is about: <c>10.0.0.7:49168</c>.</summary>
    public string Source { get; init; } = "";

    /// <summary>Its other end.</summary>
    public string Destination { get; init; } = "";
}

/// <summary>Which events.</summary>
public sealed record ProcessEventQuery
{
    /// <summary>Null for all.</summary>
    public string? Namespace { get; init; }

    public string? Pod { get; init; }

    public string? Type { get; init; }

    /// <summary>At or after this, Unix nanoseconds.</summary>
    public long FromNs { get; init; } = long.MinValue;

    /// <summary>Before this, Unix nanoseconds.</summary>
    public long ToNs { get; init; } = long.MaxValue;

    public int Limit { get; init; } = 100;
}
