using Weir.Packets;

namespace Weir.Flows.Metering;

/// <summary>The formulas of the features (docs/formats/flow-features.md), from what a flow has counted.</summary>
internal readonly ref struct FeatureVector(FlowState flow, FlowProfile profile, Span<double> vector)
{
    private readonly FlowState _flow = flow;
    private readonly FlowProfile _profile = profile;
    private readonly Span<double> _vector = vector;

    private bool IsV4 => _profile == FlowProfile.CicFlowMeter;

    public void Fill()
    {
        ref readonly var forward = ref _flow.Forward;
        ref readonly var backward = ref _flow.Backward;
        var duration = _flow.LastUs - _flow.StartUs;
        Set(FlowFeature.Protocol, _flow.Tuple.Protocol);
        Set(FlowFeature.FlowDuration, duration);
        Set(FlowFeature.FwdPackets, forward.Packets);
        Set(FlowFeature.BwdPackets, backward.Packets);
        Set(FlowFeature.FwdBytes, forward.Length.Sum);
        Set(FlowFeature.BwdBytes, backward.Length.Sum);
        SetLength(FlowFeature.FwdLengthMax, in forward.Length);
        SetLength(FlowFeature.BwdLengthMax, in backward.Length);
        SetRates(duration);
        SetTimes(FlowFeature.IatMean, in _flow.Iat);
        Set(FlowFeature.FwdIatTotal, forward.Iat.Sum);
        SetTimes(FlowFeature.FwdIatMean, in forward.Iat);
        Set(FlowFeature.BwdIatTotal, backward.Iat.Sum);
        SetTimes(FlowFeature.BwdIatMean, in backward.Iat);
        SetFlags(in forward.Flags, in backward.Flags);
        Set(FlowFeature.FwdHeaderBytes, forward.HeaderBytes);
        Set(FlowFeature.BwdHeaderBytes, backward.HeaderBytes);
        SetAllLengths();
        Set(FlowFeature.DownUpRatio, forward.Packets == 0 ? 0 : Divide(backward.Packets, forward.Packets));
        Set(FlowFeature.FwdSegmentSizeAverage, forward.Packets == 0 ? 0 : forward.Length.Sum / forward.Packets);
        Set(FlowFeature.BwdSegmentSizeAverage, backward.Packets == 0 ? 0 : backward.Length.Sum / backward.Packets);
        SetBulk(FlowFeature.FwdBulkBytes, in forward.Bulk);
        SetBulk(FlowFeature.BwdBulkBytes, in backward.Bulk);
        SetSubflows();
        Set(FlowFeature.FwdInitWindow, forward.InitWindow);
        Set(FlowFeature.BwdInitWindow, backward.InitWindow);
        Set(FlowFeature.FwdDataPackets, forward.DataPackets);
        Set(FlowFeature.FwdSegmentSizeMin, forward.SmallestHeader);
        SetPeriods(FlowFeature.ActiveMean, in _flow.Active);
        SetPeriods(FlowFeature.IdleMean, in _flow.Idle);
        SetForkOnly();
    }

    private void Set(FlowFeature feature, double value) => _vector[(int)feature] = value;

    /// <summary>V4 divides whole numbers and throws the rest away.</summary>
    private double Divide(double total, double count) => IsV4 ? Math.Truncate(total / count) : total / count;

    private void SetLength(FlowFeature max, in RunningStatistics length)
    {
        Set(max, length.Max);
        Set(max + 1, length.Min);
        Set(max + 2, length.Mean);
        Set(max + 3, length.Deviation);
    }

    private void SetTimes(FlowFeature mean, in RunningStatistics times)
    {
        Set(mean, times.Mean);
        Set(mean + 1, times.Deviation);
        Set(mean + 2, times.Max);
        Set(mean + 3, times.Min);
    }

    private void SetPeriods(FlowFeature mean, in RunningStatistics periods) => SetTimes(mean, in periods);

    private void SetRates(long durationUs)
    {
        var seconds = durationUs / 1e6;
        var bytes = _flow.Forward.Length.Sum + _flow.Backward.Length.Sum;
        // What no time has no rate: V4 divides all the same (not a number, infinity), the fork says -1.
        var isDefined = durationUs != 0 || IsV4;
        var undefined = _profile == FlowProfile.Corrected ? -1 : 0;
        Set(FlowFeature.BytesPerSecond, isDefined ? bytes / seconds : undefined);
        Set(FlowFeature.PacketsPerSecond, isDefined ? _flow.Packets / seconds : undefined);
        Set(FlowFeature.FwdPacketsPerSecond, durationUs > 0 ? _flow.Forward.Packets / seconds : 0);
        Set(FlowFeature.BwdPacketsPerSecond, durationUs > 0 ? _flow.Backward.Packets / seconds : 0);
    }

    private void SetFlags(in FlagCounts forward, in FlagCounts backward)
    {
        // Bits of the flag byte, RFC 9293 §3.1: FIN, SYN, RST, PSH, ACK, URG, ECE, CWR.
        Set(FlowFeature.FinFlags, forward[0] + (double)backward[0]);
        Set(FlowFeature.SynFlags, forward[1] + (double)backward[1]);
        Set(FlowFeature.RstFlags, forward[2] + (double)backward[2]);
        Set(FlowFeature.PshFlags, forward[3] + (double)backward[3]);
        Set(FlowFeature.AckFlags, forward[4] + (double)backward[4]);
        Set(FlowFeature.UrgFlags, forward[5] + (double)backward[5]);
        Set(FlowFeature.EceFlags, forward[6] + (double)backward[6]);
        Set(FlowFeature.CwrFlags, forward[7] + (double)backward[7]);
        Set(FlowFeature.FwdPshFlags, IsV4 ? (_flow.Forward.FirstHadPsh ? 1 : 0) : forward[3]);
        Set(FlowFeature.BwdPshFlags, IsV4 ? 0 : backward[3]);
        Set(FlowFeature.FwdUrgFlags, IsV4 ? (_flow.Forward.FirstHadUrg ? 1 : 0) : forward[5]);
        Set(FlowFeature.BwdUrgFlags, IsV4 ? 0 : backward[5]);
        Set(FlowFeature.FwdRstFlags, IsV4 ? double.NaN : forward[2]);
        Set(FlowFeature.BwdRstFlags, IsV4 ? double.NaN : backward[2]);
    }

    private void SetAllLengths()
    {
        var all = RunningStatistics.Merge(in _flow.Forward.Length, in _flow.Backward.Length);
        if (IsV4) all.Add(_flow.FirstLength);
        Set(FlowFeature.LengthMin, all.Min);
        Set(FlowFeature.LengthMax, all.Max);
        Set(FlowFeature.LengthMean, all.Mean);
        Set(FlowFeature.LengthStd, all.Deviation);
        Set(FlowFeature.LengthVariance, all.Variance);
        Set(FlowFeature.PacketSizeAverage, all.Sum / _flow.Packets);
    }

    private void SetBulk(FlowFeature bytes, in BulkState bulk)
    {
        Set(bytes, bulk.Bulks == 0 ? 0 : Divide(bulk.Bytes, bulk.Bulks));
        Set(bytes + 1, bulk.Bulks == 0 ? 0 : Divide(bulk.Packets, bulk.Bulks));
        Set(bytes + 2, bulk.DurationUs == 0 ? 0 : Divide(bulk.Bytes, bulk.DurationUs / 1e6));
    }

    private void SetSubflows()
    {
        Set(FlowFeature.SubflowFwdPackets, _flow.Subflows == 0 ? 0 : Divide(_flow.Forward.Packets, _flow.Subflows));
        Set(FlowFeature.SubflowFwdBytes, _flow.Subflows == 0 ? 0 : Divide(_flow.Forward.Length.Sum, _flow.Subflows));
        Set(FlowFeature.SubflowBwdPackets, _flow.Subflows == 0 ? 0 : Divide(_flow.Backward.Packets, _flow.Subflows));
        Set(FlowFeature.SubflowBwdBytes, _flow.Subflows == 0 ? 0 : Divide(_flow.Backward.Length.Sum, _flow.Subflows));
    }

    private void SetForkOnly()
    {
        var hasConnection = _flow.Tuple.Protocol is (byte)IpProtocol.Tcp or (byte)IpProtocol.Udp;
        SetNew(FlowFeature.BwdDataPackets, _flow.Backward.DataPackets);
        SetNew(FlowFeature.BwdSegmentSizeMin, _flow.Backward.SmallestHeader);
        SetNew(FlowFeature.IcmpCode, _flow.IcmpCode);
        SetNew(FlowFeature.IcmpType, _flow.IcmpType);
        SetNew(FlowFeature.FwdRetransmissions, _flow.Forward.Retransmissions);
        SetNew(FlowFeature.BwdRetransmissions, _flow.Backward.Retransmissions);
        SetNew(FlowFeature.Retransmissions, _flow.Forward.Retransmissions + _flow.Backward.Retransmissions);
        SetNew(FlowFeature.ConnectionTime, hasConnection ? _flow.LastUs - _flow.ConnectionStartUs : 0);
    }

    private void SetNew(FlowFeature feature, double value) => Set(feature, IsV4 ? double.NaN : value);
}
