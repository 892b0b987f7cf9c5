namespace Weir.Detection.Baseline;

/// <summary>
/// What counts as unusual. Each rule needs both: a number that would be remarkable anywhere, and several times what was seen here.
/// </summary>
public sealed record BaselineOptions
{
    public static BaselineOptions Default { get; } = new();

    /// <summary>Traffic time from the first flow or call on in which nothing is reported and everything is learned.</summary>
    public TimeSpan Learning { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>Connections to one service in 10 s. A service that gets less does not fall over.</summary>
    public int FloodConnections { get; init; } = 200;

    /// <summary>Services of one source without an answer in 60 s: ports of one host, or hosts. A client with a wrong setting tries a few.</summary>
    public int ScanServices { get; init; } = 20;

    /// <summary>Connections of one service in 60 s that lasted <see cref="SlowAfter"/> without one byte of an answer.</summary>
    public int SlowConnections { get; init; } = 20;

    /// <summary>How long a connection without an answer is waited for. Few servers take that long for the first byte.</summary>
    public TimeSpan SlowAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Refused calls (401, 403, 407) of one caller to one service in 60 s. A person mistypes a few times.</summary>
    public int RefusedCalls { get; init; } = 20;

    /// <summary>Short connections of the same size of one caller to one service in 60 s, where the calls inside cannot be seen.</summary>
    public int RepeatedConnections { get; init; } = 60;

    /// <summary>Failed calls (5xx) of a service in 60 s.</summary>
    public int FailedCalls { get; init; } = 20;

    /// <summary>Bytes of one message that are remarkable at all.</summary>
    public long LargeMessage { get; init; } = 1 << 20;

    /// <summary>Flows in 60 s from which on a new caller is more than a remark.</summary>
    public int NewCallerFlows { get; init; } = 30;

    /// <summary>Times the usual that a number must reach as well.</summary>
    public double Factor { get; init; } = 4;

    /// <summary>Half-life of what was learned: the usual follows slow change, not an attack.</summary>
    public TimeSpan HalfLife { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Services remembered, some 8 KiB each; the longest silent one is forgotten. A large cluster has a few thousand.</summary>
    public int MaxServices { get; init; } = 4096;

    /// <summary>Sources, and pairs of source and service, remembered, some 1 KiB each.</summary>
    public int MaxCallers { get; init; } = 16_384;

    /// <summary>Paths remembered per service; beyond, new ones are not told.</summary>
    public int MaxEndpoints { get; init; } = 1024;
}
