using Weir.Detection.Baseline;
using Weir.Detection.Evaluation;
using Weir.Detection.Findings;
using Weir.Detection.Models;
using Weir.Flows;
using Weir.Records;

namespace Weir.Detection;

/// <summary>How the two detectors work together.</summary>
public sealed record DetectorOptions
{
    public BaselineOptions Baseline { get; init; } = BaselineOptions.Default;

    public IncidentOptions Incidents { get; init; } = IncidentOptions.Default;

    /// <summary>Null watches without a model.</summary>
    public DetectorModel? Model { get; init; }

    /// <summary>Share of the flows of the learning time that the model's threshold may flag here; it is never below the model's own.</summary>
    public double FalsePositiveRate { get; init; } = 0.001;

    /// <summary>Flagged flows of one source to one service in 60 s that make an alarm; fewer are a remark. One flow in a thousand is odd.</summary>
    public int FlaggedFlows { get; init; } = 10;
}

/// <summary>
/// The baseline and the trained model over one stream of flows and calls, their findings grouped into incidents. While it learns it reports
/// nothing, and moves the model's threshold to where this traffic would have raised next to no alarm: a model from elsewhere knows attacks,
/// not what is normal here. Not thread-safe.
/// </summary>
public sealed class TrafficDetector : IFindingSink
{
    private const int MaxLearnedScores = 100_000;

    private readonly DetectorOptions _options;
    private readonly BaselineDetector _baseline;
    private readonly IncidentGrouper _incidents;
    private readonly FlowScorer? _scorer;
    private readonly List<float> _learned = [];
    private readonly RecentMap<Sequences.SequenceKey, Flagged> _flagged = new(4096);
    private bool _isCalibrated;

    public TrafficDetector(DetectorOptions options, IIncidentSink sink)
    {
        _options = options;
        _baseline = new BaselineDetector(options.Baseline, this);
        _incidents = new IncidentGrouper(options.Incidents, sink);
        if (options.Model is not { } model) return;
        _scorer = new FlowScorer(model);
        Threshold = model.Description.Threshold;
    }

    public bool IsLearning => _baseline.IsLearning;

    /// <summary>Of the model, after learning.</summary>
    public float Threshold { get; private set; } = 1;

    public long Flows { get; private set; }

    public long Calls { get; private set; }

    public long Findings { get; private set; }

    /// <summary>Incidents opened.</summary>
    public long Incidents => _incidents.Opened;

    public int Services => _baseline.Services;

    /// <summary>Takes a flow as a meter or a table tells it.</summary>
    /// <param name="flow">What the baseline looks at.</param>
    /// <param name="features">By <see cref="FlowFeature"/>.</param>
    /// <returns>True when it is part of something that is an alarm.</returns>
    public bool OnFlow(in FlowObservation flow, ReadOnlySpan<double> features)
    {
        Flows++;
        _incidents.Advance(flow.NowNs);
        var severity = _baseline.OnFlow(in flow);
        var isFlagged = _scorer is not null && flow.IsOver && Judge(_scorer, in flow, features);
        return isFlagged || severity >= Severity.Medium;
    }

    public bool OnExchange(Exchange exchange)
    {
        Calls++;
        return _baseline.OnExchange(exchange) >= Severity.Medium;
    }

    /// <summary>Tells how late it is, and closes incidents that are over.</summary>
    public void Advance(long nowNs)
    {
        _baseline.Advance(nowNs);
        _incidents.Advance(nowNs);
    }

    /// <summary>Closes every incident: the input is over.</summary>
    public void Flush() => _incidents.Flush();

    void IFindingSink.OnFinding(Finding finding)
    {
        Findings++;
        _incidents.Add(finding);
    }

    private bool Judge(FlowScorer scorer, in FlowObservation flow, ReadOnlySpan<double> features)
    {
        var score = scorer.Score(features, flow.Tuple);
        if (IsLearning)
        {
            if (_learned.Count < MaxLearnedScores) _learned.Add(score);
            return false;
        }

        if (!_isCalibrated) Calibrate();
        if (!(score >= Threshold)) return false;
        var key = Sequences.SequenceKey.Of(flow.Tuple);
        if (!_flagged.TryGet(key, out var flagged)) _flagged.Add(key, flagged = new Flagged());
        flagged.Flows.Add(flow.NowNs);
        flagged.Evidence.Add(flow.Tuple);
        if (flow.NowNs - flagged.ReportedNs < SlidingCounter.StepNs && flagged.Flows.Total != _options.FlaggedFlows) return true;
        flagged.ReportedNs = flow.NowNs;
        ((IFindingSink)this).OnFinding(new Finding
        {
            Kind = FindingKind.AttackSequence,
            Severity = flagged.Flows.Total < _options.FlaggedFlows ? Severity.Low : Severity.High,
            Score = score,
            StartedNs = flow.StartNs,
            DetectedNs = flow.NowNs,
            Source = flow.Tuple.Source,
            Service = new ServiceKey(flow.Tuple.Destination, flow.Tuple.DestinationPort, flow.Tuple.Protocol),
            Reasons = scorer.Explain(features, most: 3),
            Evidence = flagged.Evidence.Ids(),
        });
        return true;
    }

    private void Calibrate()
    {
        _isCalibrated = true;
        if (_learned.Count == 0) return;
        var here = RankingMetrics.ThresholdFor([.. _learned], _options.FalsePositiveRate);
        Threshold = Math.Max(Threshold, here);
        _learned.Clear();
    }

    private sealed class Flagged
    {
        public SlidingCounter Flows;

        public RecentEvidence Evidence { get; } = new();

        public long ReportedNs { get; set; }
    }
}
