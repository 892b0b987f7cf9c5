using System.Buffers;
using System.Buffers.Text;
using Weir.Packets;
using Weir.Records.Json;

namespace Weir.Detection.Findings;

/// <summary>Writes an incident as one JSON object without a line end. The format: docs/formats/findings.md.</summary>
public static class IncidentJsonWriter
{
    public static void Write(Incident incident, IncidentChange change, IBufferWriter<byte> writer)
    {
        var json = new JsonOutput(writer);
        json.Raw("{\"incident\":"u8);
        json.Number(incident.Number);
        json.Raw(",\"change\":"u8);
        json.Text(NameOf(change));
        json.Raw(",\"kind\":"u8);
        json.Text(NameOf(incident.Kind));
        json.Raw(",\"severity\":"u8);
        json.Text(NameOf(incident.Severity));
        json.Raw(",\"score\":"u8);
        Number(ref json, incident.Worst.Score);
        json.Raw(",\"startedAt\":"u8);
        json.Timestamp(incident.StartedNs);
        json.Raw(",\"detectedAt\":"u8);
        json.Timestamp(incident.First.DetectedNs);
        json.Raw(",\"lastAt\":"u8);
        json.Timestamp(incident.LastNs);
        json.Raw(",\"source\":"u8);
        if (incident.Source is { } source) json.Text(source.ToString());
        else json.Raw("null"u8);
        json.Raw(",\"service\":"u8);
        if (incident.Service is { } service) Service(ref json, service);
        else json.Raw("null"u8);
        json.Raw(",\"findings\":"u8);
        json.Number(incident.Findings);
        Reasons(ref json, incident.Worst.Reasons);
        json.Raw(",\"evidence\":["u8);
        for (var i = 0; i < incident.Worst.Evidence.Count; i++)
        {
            if (i > 0) json.Raw((byte)',');
            json.Text(incident.Worst.Evidence[i]);
        }

        json.Raw("]}"u8);
        json.Flush();
    }

    public static string NameOf(FindingKind kind) => kind switch
    {
        FindingKind.Flood => "flood",
        FindingKind.SlowConnections => "slow_connections",
        FindingKind.Scan => "scan",
        FindingKind.PasswordGuessing => "password_guessing",
        FindingKind.ErrorRatio => "error_ratio",
        FindingKind.NewCaller => "new_caller",
        FindingKind.NewEndpoint => "new_endpoint",
        FindingKind.PayloadSize => "payload_size",
        _ => "attack_sequence",
    };

    public static string NameOf(Severity severity) => severity switch
    {
        Severity.Info => "info",
        Severity.Low => "low",
        Severity.Medium => "medium",
        Severity.High => "high",
        _ => "critical",
    };

    private static string NameOf(IncidentChange change) => change switch
    {
        IncidentChange.Opened => "opened",
        IncidentChange.Worse => "worse",
        _ => "closed",
    };

    private static void Service(ref JsonOutput json, ServiceKey service)
    {
        json.Raw("{\"ip\":"u8);
        json.Text(service.Address.ToString());
        json.Raw(",\"port\":"u8);
        json.Number(service.Port);
        json.Raw(",\"protocol\":"u8);
        json.Number(service.Protocol);
        json.Raw((byte)'}');
    }

    private static void Reasons(ref JsonOutput json, IReadOnlyList<FindingReason> reasons)
    {
        json.Raw(",\"reasons\":["u8);
        for (var i = 0; i < reasons.Count; i++)
        {
            if (i > 0) json.Raw((byte)',');
            json.Raw("{\"feature\":"u8);
            json.Text(reasons[i].Feature);
            json.Raw(",\"usual\":"u8);
            Number(ref json, reasons[i].Usual);
            json.Raw(",\"present\":"u8);
            Number(ref json, reasons[i].Present);
            json.Raw((byte)'}');
        }

        json.Raw((byte)']');
    }

    /// <summary>Six digits are more than anyone reads; what is no number is null.</summary>
    private static void Number(ref JsonOutput json, double value)
    {
        if (!double.IsFinite(value))
        {
            json.Raw("null"u8);
            return;
        }

        Span<byte> text = stackalloc byte[32];
        Utf8Formatter.TryFormat((float)value, text, out var written);
        json.Raw(text[..written]);
    }
}
