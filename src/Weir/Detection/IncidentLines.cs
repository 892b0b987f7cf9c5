using System.Buffers;
using Weir.Detection.Findings;

namespace Weir.Cli.Detection;

/// <summary>Writes incidents as JSON lines, each change at once: a line in a buffer alarms nobody.</summary>
internal sealed class IncidentLines(Stream output, Severity least) : IIncidentSink
{
    private readonly ArrayBufferWriter<byte> _line = new();

    /// <summary>Incidents at or above the asked severity.</summary>
    public HashSet<long> Told { get; } = [];

    /// <summary>All incidents by severity.</summary>
    public Dictionary<long, Severity> Severities { get; } = [];

    public void OnIncident(Incident incident, IncidentChange change)
    {
        Severities[incident.Number] = incident.Severity;
        if (incident.Severity < least) return;
        Told.Add(incident.Number);
        _line.ResetWrittenCount();
        IncidentJsonWriter.Write(incident, change, _line);
        _line.Write("\n"u8);
        output.Write(_line.WrittenSpan);
        output.Flush();
    }
}
