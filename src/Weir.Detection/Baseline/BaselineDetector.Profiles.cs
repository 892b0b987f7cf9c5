using Weir.Detection.Findings;
using Weir.Packets;

namespace Weir.Detection.Baseline;

/// <summary>Finding profiles and teaching them: what the last 10 s held becomes part of the usual, unless something was reported in them.</summary>
public sealed partial class BaselineDetector
{
    private long Step => _nowNs / SlidingCounter.StepNs;

    private ServiceProfile Service(ServiceKey key)
    {
        if (!_services.TryGet(key, out var service)) _services.Add(key, service = new ServiceProfile { Step = Step });
        if (service.Step == Step) return service;
        if (!service.IsDisturbed || IsLearning)
        {
            var connections = service.Connections.Present;
            service.UsualConnections.Add(connections, _nowNs, _halfLifeNs);
            service.Season.Add(connections, _nowNs);
            service.UsualSlow.Add(service.Slow.Count, _nowNs, _halfLifeNs);
            service.UsualFailed.Add(service.Failed.Total, _nowNs, _halfLifeNs);
        }

        service.IsDisturbed = false;
        service.Connections.Advance(_nowNs);
        service.Calls.Advance(_nowNs);
        service.Failed.Advance(_nowNs);
        service.Slow.Advance(_nowNs);
        service.Step = Step;
        return service;
    }

    private CallerProfile Caller(IpAddress source, ServiceKey key)
    {
        if (!_callers.TryGet((source, key), out var caller))
            _callers.Add((source, key), caller = new CallerProfile { Step = Step, IsNew = !IsLearning, FirstNs = _nowNs });
        if (caller.Step == Step) return caller;
        if ((!caller.IsDisturbed || IsLearning) && _services.TryGet(key, out var service))
        {
            service.UsualPerCaller.Add(caller.Connections.Total, _nowNs, _halfLifeNs);
            if (service.HasCalls) service.UsualRefused.Add(caller.Refused.Total, _nowNs, _halfLifeNs);
        }

        caller.IsDisturbed = false;
        caller.Connections.Advance(_nowNs);
        caller.Short.Advance(_nowNs);
        caller.Calls.Advance(_nowNs);
        caller.Refused.Advance(_nowNs);
        caller.Step = Step;
        return caller;
    }

    private void Learn(SourceProfile source)
    {
        source.Silent.Advance(_nowNs);
        if (source.Step == Step) return;
        if (!source.IsDisturbed || IsLearning) source.UsualSilent.Add(source.Silent.Count, _nowNs, _halfLifeNs);
        source.IsDisturbed = false;
        source.Step = Step;
    }
}
