using Weir.Packets;

namespace Weir.Detection.Findings;

/// <summary>What a detector says is going on. Names on the record: docs/formats/findings.md.</summary>
public enum FindingKind : byte
{
    /// <summary>Far more connections to a service than it ever gets.</summary>
    Flood,
    /// <summary>Many connections that ask so slowly that the server never gets to answer.</summary>
    SlowConnections,
    /// <summary>One source tries many services that do not answer.</summary>
    Scan,
    /// <summary>One caller is refused again and again, or tries the same thing again and again.</summary>
    PasswordGuessing,
    /// <summary>A service fails far more often than usual.</summary>
    ErrorRatio,
    /// <summary>Someone who never asked this service before.</summary>
    NewCaller,
    /// <summary>A path that this service was never asked for.</summary>
    NewEndpoint,
    /// <summary>Far larger than what this service takes or gives.</summary>
    PayloadSize,
    /// <summary>The trained model takes the last flows for an attack.</summary>
    AttackSequence,
}

/// <summary>How soon someone should look. Info is context and no alarm.</summary>
public enum Severity : byte
{
    Info,
    Low,
    Medium,
    High,
    Critical,
}

/// <summary>One number that made a finding, beside what it usually is.</summary>
/// <param name="Feature">Name with unit: <c>connections_per_10s</c>, or a column of the flow table.</param>
/// <param name="Usual">What is normal here; not a number when nothing is known.</param>
/// <param name="Present">What it is.</param>
public readonly record struct FindingReason(string Feature, double Usual, double Present);

/// <summary>The service that was asked.</summary>
public readonly record struct ServiceKey(IpAddress Address, ushort Port, byte Protocol)
{
    public override string ToString() => Address.IsIPv6Text() ? $"[{Address}]:{Port}" : $"{Address}:{Port}";
}

/// <summary>A statement of a detector about traffic, with everything a reader needs to check it.</summary>
public sealed record Finding
{
    public required FindingKind Kind { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>0 to 1: how sure, comparable only inside one kind.</summary>
    public required double Score { get; init; }

    /// <summary>First thing that belongs to it, Unix nanoseconds.</summary>
    public required long StartedNs { get; init; }

    /// <summary>When there was enough to say so.</summary>
    public required long DetectedNs { get; init; }

    /// <summary>Who does it; null when it is many.</summary>
    public IpAddress? Source { get; init; }

    /// <summary>To whom; null when it is many.</summary>
    public ServiceKey? Service { get; init; }

    /// <summary>The strongest first.</summary>
    public required IReadOnlyList<FindingReason> Reasons { get; init; }

    /// <summary>Ids of flows (<c>source-destination-port-port-protocol</c>, as in flow tables) and of exchanges, the latest of them.</summary>
    public required IReadOnlyList<string> Evidence { get; init; }
}

internal static class AddressText
{
    public static bool IsIPv6Text(this IpAddress address) => address.ToString().Contains(':', StringComparison.Ordinal);
}
