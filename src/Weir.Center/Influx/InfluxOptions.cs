namespace Weir.Center.Influx;

/// <summary>An InfluxDB 1.x that counters are written to, in the schema of wakizashi.</summary>
public sealed record InfluxOptions
{
    /// <summary>Its root, such as <c>http://127.0.0.1:8086</c>.</summary>
    public required Uri Url { get; init; }

    public string Database { get; init; } = "wakizashi";

    public string Measurement { get; init; } = "traffic";

    /// <summary>Null for the database's own.</summary>
    public string? RetentionPolicy { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Instead of user and password, where the server takes tokens.</summary>
    public string? Token { get; init; }

    public InfluxLimits Limits { get; init; } = InfluxLimits.Default;
}

/// <summary>How an InfluxDB is written to. How many points may wait for it is a limit of their store.</summary>
/// <param name="BatchPoints">Points of one request. 5 000: what its makers advise.</param>
/// <param name="FlushTime">How long a point waits for others. 1 s: as exact as its time.</param>
/// <param name="Timeout">How long one request may take. 30 s: a server that compacts answers late.</param>
/// <param name="MaxBackoff">Longest pause between attempts. 30 s: one that is back is found soon.</param>
public sealed record InfluxLimits(int BatchPoints, TimeSpan FlushTime, TimeSpan Timeout, TimeSpan MaxBackoff)
{
    public static InfluxLimits Default { get; } = new(5000, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));
}
