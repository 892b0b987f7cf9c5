using System.Text;
using Weir.Detection.Findings;
using Weir.Packets;
using Weir.Records;

namespace Weir.Detection.Baseline;

/// <summary>What calls show that flows do not: refusals, failures, paths and sizes.</summary>
public sealed partial class BaselineDetector
{
    private const byte HttpTransport = Tcp;

    /// <summary>Messages that a service must have had before a size can be unusual for it.</summary>
    private const int KnownMessages = 100;

    /// <summary>Takes a call that is over.</summary>
    public Severity OnExchange(Exchange exchange)
    {
        if (!exchange.HasRequest || exchange.InProgress) return Severity.Info;
        Clock(Math.Max(exchange.StartedAtNs, exchange.HasResponse ? exchange.Response.LastByteNs : exchange.StartedAtNs));
        var key = new ServiceKey(exchange.Server.Ip, exchange.Server.Port, HttpTransport);
        var service = Service(key);
        var caller = Caller(exchange.Client.Ip, key);
        service.HasCalls = true;
        service.Calls.Add(_nowNs);
        caller.Calls.Add(_nowNs);
        var id = exchange.Id.ToString();
        service.Evidence.Add(id);
        caller.Evidence.Add(id);
        var status = exchange.HasResponse ? exchange.Response.Status : 0;
        var worst = Severity.Info;
        if (status is 401 or 403 or 407) worst = Max(worst, Refused(exchange, key, service, caller));
        if (status >= 500) worst = Max(worst, Failed(exchange, key, service));
        worst = Max(worst, Large(exchange, exchange.Request.BodyBytes, "request_bytes", key, service, service.RequestBytes));
        worst = Max(worst, Large(exchange, exchange.Response.BodyBytes, "response_bytes", key, service, service.ResponseBytes));
        return Max(worst, NewEndpoint(exchange, key, service));
    }

    private Severity Refused(Exchange exchange, ServiceKey key, ServiceProfile service, CallerProfile caller)
    {
        caller.Refused.Add(_nowNs);
        var (present, usual) = (caller.Refused.Total, service.UsualRefused.Usual(_nowNs, IsLearning));
        if (10 * present < caller.Calls.Total || !IsUnusual(present, options.RefusedCalls, usual)) return Severity.Info;
        var severity = Severity.High;
        Report(ref severity, caller.IsDisturbed, () => new Finding
        {
            Kind = FindingKind.PasswordGuessing,
            Severity = severity,
            Score = Score(present, options.RefusedCalls, usual),
            StartedNs = exchange.StartedAtNs,
            DetectedNs = _nowNs,
            Source = exchange.Client.Ip,
            Service = key,
            Reasons = [new("refused_calls_of_caller_per_60s", usual, present), new("calls_of_caller_per_60s", double.NaN, caller.Calls.Total)],
            Evidence = caller.Evidence.Ids(),
        });
        caller.IsDisturbed = true;
        return severity;
    }

    private Severity Failed(Exchange exchange, ServiceKey key, ServiceProfile service)
    {
        service.Failed.Add(_nowNs);
        var (present, usual) = (service.Failed.Total, service.UsualFailed.Usual(_nowNs, IsLearning));
        if (5 * present < service.Calls.Total || !IsUnusual(present, options.FailedCalls, usual)) return Severity.Info;
        var severity = Severity.Medium;
        Report(ref severity, service.IsDisturbed, () => new Finding
        {
            Kind = FindingKind.ErrorRatio,
            Severity = severity,
            Score = Score(present, options.FailedCalls, usual),
            StartedNs = exchange.StartedAtNs,
            DetectedNs = _nowNs,
            Service = key,
            Reasons = [new("failed_calls_per_60s", usual, present), new("calls_per_60s", double.NaN, service.Calls.Total)],
            Evidence = service.Evidence.Ids(),
        });
        service.IsDisturbed = true;
        return severity;
    }

    private Severity Large(Exchange exchange, long bytes, string feature, ServiceKey key, ServiceProfile service, QuantileSketch usualBytes)
    {
        var usual = usualBytes.Usual(_nowNs, IsLearning);
        var isLarge = usualBytes.Count >= KnownMessages && IsUnusual(bytes, options.LargeMessage, usual);
        usualBytes.Add(Math.Max(0, bytes), _nowNs, _halfLifeNs);
        if (!isLarge) return Severity.Info;
        var severity = Severity.Low;
        Report(ref severity, service.IsDisturbed, () => new Finding
        {
            Kind = FindingKind.PayloadSize,
            Severity = severity,
            Score = Score(bytes, options.LargeMessage, usual),
            StartedNs = exchange.StartedAtNs,
            DetectedNs = _nowNs,
            Source = exchange.Client.Ip,
            Service = key,
            Reasons = [new(feature, usual, bytes)],
            Evidence = [exchange.Id.ToString()],
        });
        return severity;
    }

    private Severity NewEndpoint(Exchange exchange, ServiceKey key, ServiceProfile service)
    {
        if (service.Endpoints.Count >= options.MaxEndpoints || !service.Endpoints.Add(Endpoint(exchange))) return Severity.Info;
        var severity = Severity.Info;
        Report(ref severity, service.Calls.Total < KnownMessages && service.RequestBytes.Count < KnownMessages, () => new Finding
        {
            Kind = FindingKind.NewEndpoint,
            Severity = severity,
            Score = 0.5,
            StartedNs = exchange.StartedAtNs,
            DetectedNs = _nowNs,
            Source = exchange.Client.Ip,
            Service = key,
            Reasons = [new("paths_known", double.NaN, service.Endpoints.Count)],
            Evidence = [exchange.Id.ToString()],
        });
        return severity;
    }

    /// <summary>The endpoint where it was named; else the path with what looks like an id left out, so that ids are no new paths.</summary>
    private static string Endpoint(Exchange exchange)
    {
        var method = Encoding.UTF8.GetString(exchange.Request[exchange.Request.Method]);
        if (exchange.Endpoint is { } named) return $"{method} {named}";
        var path = Encoding.UTF8.GetString(exchange.Request[exchange.Request.Path]);
        var segments = path.Split('/').Select(static segment => segment.Any(char.IsAsciiDigit) || segment.Length > 32 ? "*" : segment);
        return $"{method} {string.Join('/', segments.Take(8))}";
    }
}
