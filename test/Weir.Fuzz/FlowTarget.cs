using System.Buffers;
using System.Text;
using Weir.Flows;
using Weir.Packets;

namespace Weir.Fuzz;

/// <summary>The flow meter under any packets at any times, and the reader of flow tables under any text.</summary>
internal static class FlowTarget
{
    private const int MaxFlows = 4;

    public static FuzzTarget Packets { get; } = new("flows", FuzzTargets.Frames, Meter);

    public static FuzzTarget Tables { get; } = new("flowtables", Seeds, ReadTable);

    private static void Meter(byte[] bytes)
    {
        foreach (var profile in Enum.GetValues<FlowProfile>()) Meter(bytes, profile);
    }

    private static void Meter(byte[] bytes, FlowProfile profile)
    {
        var sink = new Check(profile);
        var limits = new FlowMeterLimits { MaxFlows = MaxFlows, SegmentMemory = 16 };
        var meter = new FlowMeter(new FlowMeterOptions { Profile = profile, InterimAfter = TimeSpan.FromSeconds(1), Limits = limits }, sink);
        var decoder = new PacketDecoder();
        var cicFrames = new CicFrames(profile);
        var frame = (byte[])bytes.Clone();
        long now = 0;
        for (var i = 0; i < 24; i++)
        {
            // The same frame again with bytes moved on: it meets the flow that it made, another one, another time.
            if (frame.Length > 48) frame[34 + (i % 14)] += (byte)(i % 3);
            now = Time(frame, i, now);
            var captured = new Frame(frame, frame.Length + (i % 2), now, LinkType.Ethernet, i % 2);
            if (profile == FlowProfile.Weir
                ? decoder.Decode(in captured, out var packet) is DecodeOutcome.Decoded or DecodeOutcome.OtherIpProtocol
                : cicFrames.TryRead(in captured, out packet)) meter.Add(in packet);
            if (i % 5 == 4) meter.Advance(now + (i * 1_000_000_000L));
            if (meter.Flows > MaxFlows) throw new InvalidOperationException("more flows than allowed");
        }

        meter.Flush();
        var counters = meter.Counters;
        if (meter.Flows != 0) throw new InvalidOperationException("flows left after the end");
        if (sink.Told != counters.Exported + counters.Interim) throw new InvalidOperationException("told and counted differ");
        if (counters.Exported + counters.Untold < counters.Opened) throw new InvalidOperationException("a flow was never told");
    }

    /// <summary>Mostly a little later, sometimes as far off as 64 bits go.</summary>
    private static long Time(byte[] frame, int i, long before)
    {
        var change = frame.Length > 0 ? frame[i * 7 % frame.Length] : (byte)0;
        return change switch
        {
            > 250 => long.MaxValue - i,
            < 4 => long.MinValue + i,
            < 16 => unchecked(before - (change * 1_000_000L)),
            < 32 => unchecked(before + (change * 10_000_000_000L)),
            _ => unchecked(before + (change * 1_000_000L)),
        };
    }

    private static IReadOnlyList<byte[]> Seeds() =>
    [
        .. FlowCsvLayout.All.Select(layout => Encoding.UTF8.GetBytes(string.Join(',', layout.Columns) + "\n"
            + string.Join(',', layout.Columns.Select(Value)) + "\r\n\"" + string.Join("\",\"", layout.Columns.Select(Value)) + "\"\n")),
        Encoding.UTF8.GetBytes("src_ip,flow_duration,flow_byts_s,tot_fwd_pkts,tot_bwd_pkts,pkt_len_min,pkt_len_max,pkt_len_mean,pkt_len_std,fwd_iat_tot,fwd_iat_max,cwr_flag_count\n::1,1e3,inf,-nan,,2,3,4,5,6,7,8\n"),
    ];

    private static string Value(string column) => column switch
    {
        "Src IP" => "10.0.0.1",
        "Dst IP" => "2001:db8::2",
        "Timestamp" => "2026-01-31 12:00:00.000001",
        "Label" => "BENIGN",
        _ => "17",
    };

    private static void ReadTable(byte[] bytes)
    {
        var limits = new FlowCsvLimits { MaxLineBytes = 4096, MaxSharedLabels = 2 };
        if (!FlowCsvReader.TryOpen(new MemoryStream(bytes), out var reader, out var error, limits))
        {
            if (error.Length == 0) throw new InvalidOperationException("refused without a reason");
            return;
        }

        while (reader.TryRead())
            if (reader.Features.Length != FlowFeatures.Count) throw new InvalidOperationException("a vector of another length");
    }

    private sealed class Check(FlowProfile profile) : IMeteredFlowSink
    {
        private readonly FlowCsvWriter _csv = new(FlowCsvLayout.Of(profile), profile);
        private readonly MeteredFlowJson _json = new();

        public long Told { get; private set; }

        public void OnFlow(MeteredFlow flow)
        {
            Told++;
            var row = new ArrayBufferWriter<byte>();
            _csv.Write(flow, row);
            _json.Write(flow, row);
            if (profile != FlowProfile.Weir) return;
            foreach (var value in flow.Features)
                if (!double.IsFinite(value) || value < -1) throw new InvalidOperationException($"a feature of {value}");
        }
    }
}
