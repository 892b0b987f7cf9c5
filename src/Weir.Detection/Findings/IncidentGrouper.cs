using Weir.Packets;

namespace Weir.Detection.Findings;

/// <summary>How findings become incidents.</summary>
public sealed record IncidentOptions
{
    public static IncidentOptions Default { get; } = new();

    /// <summary>An incident is over after so long without a finding.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Open incidents at once; the longest quiet one is closed early. A node that has more has one problem, not a thousand.</summary>
    public int MaxOpen { get; init; } = 1024;
}

/// <summary>Turns findings into incidents, so that a flood of a million flows is one line and not a million.</summary>
public sealed class IncidentGrouper(IncidentOptions options, IIncidentSink sink)
{
    private readonly Dictionary<(FindingKind, IpAddress?, ServiceKey?), Incident> _open = [];
    private readonly long _quietNs = (long)options.Quiet.TotalMilliseconds * 1_000_000;
    private long _number;

    public int Open => _open.Count;

    /// <summary>Incidents opened so far.</summary>
    public long Opened => _number;

    public Incident Add(Finding finding)
    {
        var key = Key(finding);
        if (_open.TryGetValue(key, out var incident) && finding.DetectedNs - incident.LastNs <= _quietNs)
        {
            if (incident.Add(finding)) sink.OnIncident(incident, IncidentChange.Worse);
            return incident;
        }

        if (incident is not null) Close(key, incident);
        if (_open.Count >= options.MaxOpen)
        {
            var (oldest, quietest) = _open.MinBy(static open => open.Value.LastNs);
            Close(oldest, quietest);
        }

        incident = new Incident(++_number, finding);
        _open.Add(key, incident);
        sink.OnIncident(incident, IncidentChange.Opened);
        return incident;
    }

    /// <summary>Closes what has been quiet for long.</summary>
    /// <param name="nowNs">Traffic time.</param>
    public void Advance(long nowNs)
    {
        foreach (var (key, incident) in _open.Where(open => nowNs - open.Value.LastNs > _quietNs).ToList()) Close(key, incident);
    }

    public void Flush()
    {
        foreach (var (key, incident) in _open.OrderBy(static open => open.Value.Number).ToList()) Close(key, incident);
    }

    /// <summary>
    /// A scan is one source whatever it touches, and so are sequences that the model flags; a flood or slow connections are one service whoever takes part; new callers and paths
    /// are one service. The rest is one caller and one service.
    /// </summary>
    private static (FindingKind, IpAddress?, ServiceKey?) Key(Finding finding) => finding.Kind switch
    {
        FindingKind.Scan or FindingKind.AttackSequence => (finding.Kind, finding.Source, null),
        FindingKind.PasswordGuessing => (finding.Kind, finding.Source, finding.Service),
        _ => (finding.Kind, null, finding.Service),
    };

    private void Close((FindingKind, IpAddress?, ServiceKey?) key, Incident incident)
    {
        _open.Remove(key);
        sink.OnIncident(incident, IncidentChange.Closed);
    }
}
