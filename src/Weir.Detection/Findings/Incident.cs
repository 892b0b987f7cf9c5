using Weir.Packets;

namespace Weir.Detection.Findings;

/// <summary>Findings that are one event: of one kind, about the same source or the same service, without a long silence between.</summary>
public sealed class Incident
{
    internal Incident(long number, Finding first)
    {
        (Number, First, Worst, LastNs, Kind) = (number, first, first, first.DetectedNs, first.Kind);
        Severity = first.Severity;
        (Source, Service) = (first.Source, first.Service);
    }

    /// <summary>Counts from 1 within a run.</summary>
    public long Number { get; }

    public FindingKind Kind { get; }

    public Finding First { get; }

    /// <summary>The finding with the highest severity, then score: its reasons are the incident's.</summary>
    public Finding Worst { get; private set; }

    public Severity Severity { get; private set; }

    /// <summary>Null once findings named different ones.</summary>
    public IpAddress? Source { get; private set; }

    public ServiceKey? Service { get; private set; }

    public long StartedNs => First.StartedNs;

    /// <summary>Of the latest finding.</summary>
    public long LastNs { get; private set; }

    public long Findings { get; private set; } = 1;

    /// <summary>True when the severity went up with this finding.</summary>
    internal bool Add(Finding finding)
    {
        Findings++;
        LastNs = Math.Max(LastNs, finding.DetectedNs);
        if (Source != finding.Source) Source = null;
        if (Service != finding.Service) Service = null;
        var worse = finding.Severity > Severity;
        if (worse || (finding.Severity == Severity && finding.Score > Worst.Score)) (Worst, Severity) = (finding, finding.Severity);
        return worse;
    }
}

/// <summary>What became of an incident.</summary>
public enum IncidentChange : byte
{
    Opened,
    Worse,
    Closed,
}

public interface IIncidentSink
{
    void OnIncident(Incident incident, IncidentChange change);
}
