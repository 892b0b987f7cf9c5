using System.Buffers;
using Weir.Packets;
using Weir.Testing;
using Xunit;

namespace Weir.Flows.Tests;

public class SteadyStateTests
{
    [Theory]
    [InlineData(FlowProfile.Weir)]
    [InlineData(FlowProfile.CicFlowMeter)]
    [InlineData(FlowProfile.Corrected)]
    public void Packets_and_flows_allocate_nothing_once_warm(FlowProfile profile)
    {
        var sink = new Rows(profile);
        var meter = new FlowMeter(
            new FlowMeterOptions { Profile = profile, InterimAfter = TimeSpan.FromSeconds(1), Limits = new FlowMeterLimits { MaxFlows = 500, SegmentMemory = 4096 } }, sink);
        var now = Conversation.At(0);
        // More flows than there is room for, connections that close, and a table written of all.
        for (var i = 0; i < 20; i++) Round(meter, ref now);
        Assert.Equal(0, SteadyState.AllocatedBytes(() => Round(meter, ref now)));
        Assert.True(sink.Written > 1000);
    }

    private static void Round(FlowMeter meter, ref long now)
    {
        for (var i = 0; i < 2000; i++)
        {
            now += 1_000_000;
            var fromClient = i % 3 != 1;
            var port = (ushort)(1000 + (i / 3 % 600));
            var packet = new PacketView
            {
                TimestampNs = now,
                Source = IpAddress.FromV4([10, 0, 0, (byte)(fromClient ? 1 : 2)]),
                Destination = IpAddress.FromV4([10, 0, 0, (byte)(fromClient ? 2 : 1)]),
                SourcePort = fromClient ? port : (ushort)80,
                DestinationPort = fromClient ? (ushort)80 : port,
                Protocol = IpProtocol.Tcp,
                Sequence = (uint)i,
                Flags = (i % 7) switch { 0 => TcpFlags.Syn, 1 => TcpFlags.Fin | TcpFlags.Ack, 2 => TcpFlags.Rst, _ => TcpFlags.Ack },
                HeaderLength = 20,
                PayloadWireLength = i % 1400,
            };
            meter.Add(in packet);
        }
    }

    private sealed class Rows(FlowProfile profile) : IMeteredFlowSink
    {
        private readonly FlowCsvWriter _writer = new(FlowCsvLayout.Of(profile), profile);
        private readonly MeteredFlowJson _json = new();
        private readonly ArrayBufferWriter<byte> _row = new(64 << 10);

        public long Written { get; private set; }

        public void OnFlow(MeteredFlow flow)
        {
            _row.ResetWrittenCount();
            _writer.Write(flow, _row);
            _json.Write(flow, _row);
            Written++;
        }
    }
}
