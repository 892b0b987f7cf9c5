using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Packets;
using Weir.Testing;
using Xunit;

namespace Weir.Flows.Tests;

public class FlowCsvWriterTests
{
    [Fact]
    public void Layouts_have_the_published_numbers_of_columns() =>
        Assert.Equal([84, 87, 91, 94], FlowCsvLayout.All.Select(layout => layout.Columns.Count));

    [SkippableTheory]
    [InlineData("reference-csv/cicflowmeter-java-ahlashkari-98a5eba.csv.gz", "84", "pcap,")]
    [InlineData("flows/kubernetes-sever2023/malicious.csv.gz", "87", "")]
    [InlineData("flows/cicids2017-improved/cicids2017_improved_sample.csv.gz", "91", "")]
    [InlineData("reference-csv/cicflowmeter-java-GintsEngelen-4dd5319.csv.gz", "94", "pcap,")]
    public void Headers_are_those_of_the_published_tables_letter_by_letter(string file, string layout, string before)
    {
        using var reader = new StreamReader(new System.IO.Compression.GZipStream(File.OpenRead(SharedData.Require(file)), System.IO.Compression.CompressionMode.Decompress));
        Assert.Equal(reader.ReadLine(), before + string.Join(',', FlowCsvLayout.All.Single(one => one.Name == layout).Columns));
    }

    [Theory]
    [InlineData(FlowProfile.Weir, "2026-01-31 12:00:00.500000")]
    [InlineData(FlowProfile.CicFlowMeter, "31/01/2026 12:00:00 PM")]
    public void Times_are_written_as_the_profile_does(FlowProfile profile, string expected) =>
        Assert.Equal(expected, Row(profile, FlowCsvLayout.V4)[6]);

    [Fact]
    public void What_is_written_is_read_back_in_every_layout()
    {
        foreach (var layout in FlowCsvLayout.All)
        {
            var table = new ArrayBufferWriter<byte>();
            FlowCsvWriter.WriteHeader(layout, table);
            var told = Flow(FlowProfile.Weir, flow => new FlowCsvWriter(layout, FlowProfile.Weir, "attack").Write(flow, table));
            Assert.True(FlowCsvReader.TryOpen(new MemoryStream(table.WrittenSpan.ToArray()), out var reader, out var error), error);
            Assert.True(reader.TryRead());
            Assert.Equal(told.Tuple, reader.Tuple);
            Assert.Equal(told.StartNs, reader.StartNs);
            Assert.Equal("attack", reader.Label);
            Assert.All(reader.Present, feature => Assert.Equal(told[feature], reader.Features[(int)feature]));
            Assert.False(reader.TryRead());
            Assert.Equal(0, reader.MalformedRows);
        }
    }

    [Fact]
    public void JSON_lines_have_the_features_by_their_names_and_null_for_what_is_no_number()
    {
        var line = new ArrayBufferWriter<byte>();
        Flow(FlowProfile.CicFlowMeter, flow => new MeteredFlowJson().Write(flow, line));
        using var document = JsonDocument.Parse(line.WrittenMemory);
        var features = document.RootElement.GetProperty("features");
        Assert.Equal(30, features.GetProperty("Total Length of Fwd Packet").GetDouble());
        Assert.Equal(JsonValueKind.Null, features.GetProperty("Flow Bytes/s").ValueKind);
        Assert.False(features.TryGetProperty("Bwd Act Data Pkts", out _));
        Assert.Equal("captureEnd", document.RootElement.GetProperty("export").GetString());
        Assert.Equal("2026-01-31T12:00:00.500000Z", document.RootElement.GetProperty("startedAt").GetString());
        Assert.Equal((byte)'\n', line.WrittenSpan[^1]);
    }

    private static string[] Row(FlowProfile profile, FlowCsvLayout layout)
    {
        var row = new ArrayBufferWriter<byte>();
        Flow(profile, flow => new FlowCsvWriter(layout, profile).Write(flow, row));
        return Encoding.UTF8.GetString(row.WrittenSpan).Split(',');
    }

    /// <summary>Two packets at the same time, written while the flow is there.</summary>
    private static Conversation.Told Flow(FlowProfile profile, Action<MeteredFlow> write)
    {
        var both = new Conversation(new FlowMeterOptions { Profile = profile });
        var meter = new FlowMeter(new FlowMeterOptions { Profile = profile }, new Writer(write, both));
        for (var i = 0; i < 2; i++)
        {
            meter.Add(new PacketView
            {
                TimestampNs = Conversation.At(0.5),
                Source = IpAddress.TryParse("10.0.0.1", out var source) ? source : default,
                Destination = IpAddress.TryParse("10.0.0.2", out var destination) ? destination : default,
                SourcePort = 5,
                DestinationPort = 6,
                Protocol = IpProtocol.Udp,
                PayloadWireLength = 10 + (10 * i),
            });
        }

        meter.Flush();
        return Assert.Single(both.Flows);
    }

    private sealed class Writer(Action<MeteredFlow> write, IMeteredFlowSink next) : IMeteredFlowSink
    {
        public void OnFlow(MeteredFlow flow)
        {
            write(flow);
            next.OnFlow(flow);
        }
    }
}
