using System.IO.Compression;
using System.Text;
using Weir.Testing;
using Xunit;

namespace Weir.Flows.Tests;

public class FlowCsvReaderTests
{
    private const string Header =
        "Flow ID,Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Total Fwd Packet,Total Bwd packets,"
        + "Flow Bytes/s,Flow Packets/s,Flow IAT Mean,Flow IAT Std,Flow IAT Max,Flow IAT Min,Fwd IAT Total,Label";

    private const string Row = "a,10.0.0.1,40000,10.0.0.2,80,6,2026-01-31 12:00:00.000001,1500,2,1,NaN,Infinity,1.5E2,0,-1,,7.0,BENIGN";

    [Fact]
    public void A_row_gives_who_when_what_and_how_it_was_labelled()
    {
        using var reader = Open($"{Header}\n{Row}\r\n");
        Assert.True(reader.TryRead());
        Assert.Equal("10.0.0.1", reader.Tuple.Source.ToString());
        Assert.Equal(40000, reader.Tuple.SourcePort);
        Assert.Equal("10.0.0.2", reader.Tuple.Destination.ToString());
        Assert.Equal(80, reader.Tuple.DestinationPort);
        Assert.Equal(6, reader.Tuple.Protocol);
        Assert.Equal(1_769_860_800_000_001_000, reader.StartNs);
        Assert.Equal("BENIGN", reader.Label);
        Assert.Null(reader.AttemptedCategory);
        Assert.Equal(1500, reader.Features[(int)FlowFeature.FlowDuration]);
        Assert.Equal(double.NaN, reader.Features[(int)FlowFeature.BytesPerSecond]);
        Assert.Equal(double.PositiveInfinity, reader.Features[(int)FlowFeature.PacketsPerSecond]);
        Assert.Equal(150, reader.Features[(int)FlowFeature.IatMean]);
        Assert.Equal(double.NaN, reader.Features[(int)FlowFeature.IatMin]);
        Assert.Equal(double.NaN, reader.Features[(int)FlowFeature.IdleMin]);
        Assert.False(reader.Has(FlowFeature.IdleMin));
        Assert.Equal(11, reader.Present.Count);
        Assert.False(reader.TryRead());
        Assert.Equal(1, reader.Rows);
    }

    [Theory]
    [InlineData("19/09/2016 09:34:00 PM", "2016-09-19T21:34:00Z")]
    [InlineData("14/02/2018 08:31:01", "2018-02-14T08:31:01Z")]
    [InlineData("3/7/2017 8:55", "2017-07-03T08:55:00Z")]
    [InlineData("2016-04-07 17:11:32", "2016-04-07T17:11:32Z")]
    public void Times_are_read_as_each_meter_writes_them(string text, string expected)
    {
        using var reader = Open($"{Header}\n{Row.Replace("2026-01-31 12:00:00.000001", text, StringComparison.Ordinal)}");
        Assert.True(reader.TryRead());
        Assert.Equal(DateTimeOffset.Parse(expected, null).ToUnixTimeMilliseconds() * 1_000_000, reader.StartNs);
    }

    [Fact]
    public void Rows_that_make_no_sense_are_counted_and_passed_over()
    {
        using var reader = Open($"{Header}\n{Row},1\n\nshort,row\n{Row.Replace("1500", "x", StringComparison.Ordinal)}\n{Header}\n{Row}");
        Assert.True(reader.TryRead());
        Assert.False(reader.TryRead());
        Assert.Equal((1, 3), (reader.Rows, reader.MalformedRows));
    }

    [Fact]
    public void A_line_longer_than_allowed_is_a_malformed_row()
    {
        var limits = new FlowCsvLimits { MaxLineBytes = 512 };
        var stream = new MemoryStream(Encoding.UTF8.GetBytes($"{Header}\n{new string('1', 5000)}\n{Row}\n"));
        Assert.True(FlowCsvReader.TryOpen(stream, out var reader, out _, limits));
        Assert.True(reader.TryRead());
        Assert.False(reader.TryRead());
        Assert.Equal((1, 1), (reader.Rows, reader.MalformedRows));
    }

    [Theory]
    [InlineData(18, true)]
    [InlineData(17, false)]
    public void A_table_with_more_columns_than_allowed_is_refused(int most, bool opens)
    {
        var stream = new MemoryStream(Encoding.UTF8.GetBytes($"{Header}\n{Row}\n"));
        Assert.Equal(opens, FlowCsvReader.TryOpen(stream, out var reader, out var error, new FlowCsvLimits { MaxColumns = most }));
        Assert.Equal(opens, error is null);
        reader?.Dispose();
    }

    [Fact]
    public void Labels_are_shared_up_to_the_limit_and_right_beyond_it()
    {
        var rows = string.Concat(((string[])["A", "B", "A", "B"]).Select(label => Row.Replace("BENIGN", label, StringComparison.Ordinal) + "\n"));
        var stream = new MemoryStream(Encoding.UTF8.GetBytes($"{Header}\n{rows}"));
        Assert.True(FlowCsvReader.TryOpen(stream, out var reader, out _, new FlowCsvLimits { MaxSharedLabels = 1 }));
        var labels = new List<string>();
        while (reader.TryRead()) labels.Add(reader.Label);
        reader.Dispose();
        Assert.Equal(["A", "B", "A", "B"], labels);
        Assert.Same(labels[0], labels[2]);
        Assert.NotSame(labels[1], labels[3]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b,c\n1,2,3")]
    [InlineData("{\"not\":\"csv\"}")]
    public void What_is_no_flow_table_is_refused_with_a_reason(string text)
    {
        Assert.False(FlowCsvReader.TryOpen(new MemoryStream(Encoding.UTF8.GetBytes(text)), out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Seconds_of_the_Python_port_become_microseconds()
    {
        var header = "src_ip,flow_duration,flow_byts_s,flow_pkts_s,tot_fwd_pkts,tot_bwd_pkts,flow_iat_mean,flow_iat_max,flow_iat_min,flow_iat_std,fwd_iat_tot,";
        var row = "1.2.3.4,0.5,8,9,1,2,0.25,0.1,0.1,0.1,0.1,0";
        using var seconds = Open($"{header}cwr_flag_count\n{row}\n");
        using var micros = Open($"{header}cwe_flag_count\n{row}\n");
        Assert.True(seconds.TryRead());
        Assert.True(micros.TryRead());
        Assert.Equal(500_000, seconds.Features[(int)FlowFeature.FlowDuration]);
        Assert.Equal(8, seconds.Features[(int)FlowFeature.BytesPerSecond]);
        Assert.Equal(0.5, micros.Features[(int)FlowFeature.FlowDuration]);
    }

    [SkippableTheory]
    [InlineData("flows/cicids2017-improved/cicids2017_improved_sample.csv.gz", 56_277, 82, 16)]
    [InlineData("flows/kubernetes-sever2023/background_traffic_20230319T1802.pcap_Flow.csv.gz", 5_297, 80, 1)]
    [InlineData("flows/kubernetes-sever2023/malicious.csv.gz", 4_128, 80, 10)]
    [InlineData("reference-csv/cicflowmeter-java-ahlashkari-98a5eba.csv.gz", 11_081, 77, 1)]
    [InlineData("reference-csv/cicflowmeter-java-GintsEngelen-4dd5319.csv.gz", 13_793, 87, 1)]
    [InlineData("reference-csv/cicflowmeter-python-hieulw-75e0260.csv.gz", 13_706, 77, 1)]
    public void Published_tables_are_read_whole(string file, int rows, int features, int labels)
    {
        using var stream = new GZipStream(File.OpenRead(SharedData.Require(file)), CompressionMode.Decompress);
        Assert.True(FlowCsvReader.TryOpen(stream, out var reader, out var error), error);
        var seen = new HashSet<string>();
        while (reader.TryRead())
        {
            Assert.NotNull(reader.StartNs);
            seen.Add(reader.Label);
        }

        Assert.Equal((rows, 0), (reader.Rows, reader.MalformedRows));
        Assert.Equal(features, reader.Present.Count);
        Assert.Equal(labels, seen.Count);
    }

    private static FlowCsvReader Open(string text) =>
        FlowCsvReader.TryOpen(new MemoryStream(Encoding.UTF8.GetBytes(text)), out var reader, out var error) ? reader : throw new InvalidDataException(error);
}
