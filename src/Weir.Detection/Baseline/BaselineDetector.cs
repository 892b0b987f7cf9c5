using Weir.Detection.Findings;
using Weir.Flows;
using Weir.Packets;

namespace Weir.Detection.Baseline;

public interface IFindingSink
{
    void OnFinding(Finding finding);
}

/// <summary>
/// Learns without labels what is normal for each service, and says what is not: floods, slow connections, scans, guessing, failures,
/// new callers, new paths, large messages. Time is traffic time; memory is bounded by <see cref="BaselineOptions"/>. Not thread-safe.
/// </summary>
public sealed partial class BaselineDetector(BaselineOptions options, IFindingSink sink)
{
    private const byte Tcp = 6;
    private const long NsPerMs = 1_000_000;

    private readonly RecentMap<ServiceKey, ServiceProfile> _services = new(options.MaxServices);
    private readonly RecentMap<IpAddress, SourceProfile> _sources = new(options.MaxCallers);
    private readonly RecentMap<(IpAddress, ServiceKey), CallerProfile> _callers = new(options.MaxCallers);
    private readonly double _halfLifeNs = options.HalfLife.TotalMilliseconds * NsPerMs;
    private readonly long _slowNs = (long)options.SlowAfter.TotalMilliseconds * NsPerMs;
    private readonly long _newNs = (long)Math.Max(options.Learning.TotalMilliseconds, 3_600_000) * NsPerMs;
    private long _firstNs, _nowNs;

    /// <summary>Nothing is reported yet.</summary>
    public bool IsLearning => _firstNs == 0 || _nowNs - _firstNs < (long)options.Learning.TotalMilliseconds * NsPerMs;

    public int Services => _services.Count;

    /// <summary>Profiles that made room for others.</summary>
    public long Forgotten => _services.Forgotten + _sources.Forgotten + _callers.Forgotten;

    /// <summary>Takes a flow, in the order in which flows are told.</summary>
    /// <returns>The most severe thing that it is part of; <see cref="Severity.Info"/> when it is part of nothing.</returns>
    public Severity OnFlow(in FlowObservation flow)
    {
        Clock(flow.NowNs);
        var key = new ServiceKey(flow.Tuple.Destination, flow.Tuple.DestinationPort, flow.Tuple.Protocol);
        // A packet of a service after its flow was told over looks like a flow the other way round.
        if (!flow.HasBeginning || _services.TryGet(new ServiceKey(flow.Tuple.Source, flow.Tuple.SourcePort, flow.Tuple.Protocol), out _)) return Severity.Info;
        var worst = Severity.Info;
        if (flow.IsSilent && flow.IsNew) worst = Max(worst, Scan(in flow, key));
        // What never answered is no service that one could know.
        if ((flow.IsSilent || !flow.IsAnswered) && !_services.TryGet(key, out _)) return worst;
        var service = Service(key);
        var caller = Caller(flow.Tuple.Source, key);
        if (flow.IsNew)
        {
            service.Connections.Add(_nowNs);
            caller.Connections.Add(_nowNs);
            service.Evidence.Add(flow.Tuple);
            caller.Evidence.Add(flow.Tuple);
            worst = Max(worst, Flood(flow.StartNs, key, service, flow.Tuple.Source, caller));
            if (caller.IsNew && _nowNs - caller.FirstNs < _newNs) worst = Max(worst, NewCaller(flow.StartNs, key, flow.Tuple.Source, service, caller));
        }

        if (flow.Tuple.Protocol == Tcp) worst = Max(worst, Slow(in flow, key, service));
        if (flow.IsOver && !service.HasCalls) worst = Max(worst, Repeated(in flow, key, service, caller));
        return worst;
    }

    /// <summary>Tells how late it is when nothing else does.</summary>
    public void Advance(long nowNs) => Clock(nowNs);

    private void Clock(long nowNs)
    {
        if (_firstNs == 0) _firstNs = nowNs;
        _nowNs = Math.Max(_nowNs, nowNs);
    }

    private Severity Flood(long startNs, ServiceKey key, ServiceProfile service, IpAddress source, CallerProfile caller)
    {
        var present = service.Connections.Present;
        var usual = service.UsualConnections.Usual(_nowNs, IsLearning) * service.Season.Factor(_nowNs);
        if (!IsUnusual(present, options.FloodConnections, usual)) return Severity.Info;
        var fromOne = caller.Connections.Present > 0.8 * present;
        var severity = present > 4 * options.Factor * Math.Max(usual, 1) ? Severity.Critical : Severity.High;
        Report(ref severity, service.IsDisturbed, () => new Finding
        {
            Kind = FindingKind.Flood,
            Severity = severity,
            Score = Score(present, options.FloodConnections, usual),
            StartedNs = startNs,
            DetectedNs = _nowNs,
            Source = fromOne ? source : null,
            Service = key,
            Reasons =
            [
                new("connections_per_10s", usual, present),
                new("connections_of_one_caller_per_60s", service.UsualPerCaller.Usual(_nowNs, IsLearning), caller.Connections.Total),
            ],
            Evidence = service.Evidence.Ids(),
        });
        service.IsDisturbed = true;
        return severity;
    }

    private Severity Scan(in FlowObservation flow, ServiceKey key)
    {
        if (!_sources.TryGet(flow.Tuple.Source, out var source)) _sources.Add(flow.Tuple.Source, source = new SourceProfile { Step = Step });
        Learn(source);
        source.Silent.Add(Hash(key), _nowNs);
        source.Evidence.Add(flow.Tuple);
        var (present, usual) = (source.Silent.Count, source.UsualSilent.Usual(_nowNs, IsLearning));
        if (!IsUnusual(present, options.ScanServices, usual)) return Severity.Info;
        var (who, start, evidence) = (flow.Tuple.Source, source.Silent.OldestNs, source.Evidence);
        var severity = Severity.High;
        Report(ref severity, source.IsDisturbed, () => new Finding
        {
            Kind = FindingKind.Scan,
            Severity = severity,
            Score = Score(present, options.ScanServices, usual),
            StartedNs = start,
            DetectedNs = _nowNs,
            Source = who,
            Service = null,
            Reasons = [new("services_without_answer_per_60s", usual, present)],
            Evidence = evidence.Ids(),
        });
        source.IsDisturbed = true;
        return severity;
    }

    private Severity Slow(in FlowObservation flow, ServiceKey key, ServiceProfile service)
    {
        if (!flow.IsAnswered || flow.BackwardBytes != 0 || flow.AgeNs < _slowNs) return Severity.Info;
        service.Slow.Add(Hash(new ServiceKey(flow.Tuple.Source, flow.Tuple.SourcePort, Tcp)), _nowNs);
        service.Evidence.Add(flow.Tuple);
        var (present, usual) = (service.Slow.Count, service.UsualSlow.Usual(_nowNs, IsLearning));
        if (!IsUnusual(present, options.SlowConnections, usual)) return Severity.Info;
        var severity = Severity.High;
        var start = Math.Min(flow.StartNs, service.Slow.OldestNs);
        Report(ref severity, service.IsDisturbed, () => new Finding
        {
            Kind = FindingKind.SlowConnections,
            Severity = severity,
            Score = Score(present, options.SlowConnections, usual),
            StartedNs = start,
            DetectedNs = _nowNs,
            Service = key,
            Reasons = [new("connections_without_answer_per_60s", usual, present)],
            Evidence = service.Evidence.Ids(),
        });
        service.IsDisturbed = true;
        return severity;
    }

    private Severity NewCaller(long startNs, ServiceKey key, IpAddress source, ServiceProfile service, CallerProfile caller)
    {
        var present = caller.Connections.Total;
        if (present != 1 && present < options.NewCallerFlows) return Severity.Info;
        // As many as others ask it for is a new client, and news of a deployment; more is not.
        var usual = service.UsualPerCaller.Usual(_nowNs, IsLearning);
        var severity = present < Math.Max(options.NewCallerFlows, usual) ? Severity.Info : Severity.Medium;
        if (severity == Severity.Info && present != 1) return severity;
        Report(ref severity, caller.IsDisturbed && present > 1, () => new Finding
        {
            Kind = FindingKind.NewCaller,
            Severity = severity,
            Score = Score(present, options.NewCallerFlows, 0),
            StartedNs = startNs,
            DetectedNs = _nowNs,
            Source = source,
            Service = key,
            Reasons = [new("connections_of_new_caller_per_60s", usual, present)],
            Evidence = caller.Evidence.Ids(),
        });
        caller.IsDisturbed |= severity > Severity.Info;
        return severity;
    }

    /// <summary>The same short exchange of bytes over and over, where what is said inside is hidden or unknown.</summary>
    private Severity Repeated(in FlowObservation flow, ServiceKey key, ServiceProfile service, CallerProfile caller)
    {
        if (flow.BackwardBytes == 0 || flow.ForwardBytes == 0 || flow.AgeNs > 60_000 * NsPerMs) return Severity.Info;
        caller.Short.Add(_nowNs);
        var distance = Math.Log(1 + flow.ForwardBytes) - caller.MeanLogBytes;
        caller.MeanLogBytes += distance / Math.Min(caller.Short.Total, 32);
        caller.SpreadLogBytes += (Math.Abs(distance) - caller.SpreadLogBytes) / 16;
        var (present, usual) = (caller.Short.Total, service.UsualPerCaller.Usual(_nowNs, IsLearning));
        if (caller.SpreadLogBytes > 0.3 || !IsUnusual(present, options.RepeatedConnections, usual)) return Severity.Info;
        var severity = Severity.Medium;
        var (who, start) = (flow.Tuple.Source, flow.StartNs);
        Report(ref severity, caller.IsDisturbed, () => new Finding
        {
            Kind = FindingKind.PasswordGuessing,
            Severity = severity,
            Score = Score(present, options.RepeatedConnections, usual),
            StartedNs = start,
            DetectedNs = _nowNs,
            Source = who,
            Service = key,
            Reasons = [new("alike_connections_per_60s", usual, present)],
            Evidence = caller.Evidence.Ids(),
        });
        caller.IsDisturbed = true;
        return severity;
    }

    private bool IsUnusual(double present, double floor, double usual) => present >= floor && present >= options.Factor * usual;

    /// <summary>½ where the rule begins to hold, towards 1 with every doubling.</summary>
    private double Score(double present, double floor, double usual) =>
        1 - (0.5 * Math.Max(floor, options.Factor * usual) / Math.Max(present, floor));

    /// <summary>One finding per subject and 10 s; none while learning, when it turns <paramref name="severity"/> into info.</summary>
    private void Report(ref Severity severity, bool wasReported, Func<Finding> make)
    {
        if (IsLearning) severity = Severity.Info;
        else if (!wasReported) sink.OnFinding(make());
    }

    private static Severity Max(Severity left, Severity right) => left > right ? left : right;

    private static ulong Hash(ServiceKey key) => ((ulong)(uint)key.Address.GetHashCode() << 32) ^ ((ulong)key.Port << 8) ^ key.Protocol;
}
