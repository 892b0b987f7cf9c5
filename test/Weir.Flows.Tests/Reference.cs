using System.Buffers;
using System.IO.Compression;
using System.Text;
using Weir.Packets;
using Weir.Testing;

namespace Weir.Flows.Tests;

/// <summary>The published programs' output over the shared captures, and ours over the same.</summary>
internal sealed class Reference
{
    private Reference(string[] columns, Dictionary<string, List<string[]>> rowsByCapture) => (Columns, RowsByCapture) = (columns, rowsByCapture);

    /// <summary>Without the first, which names the capture.</summary>
    public string[] Columns { get; }

    public Dictionary<string, List<string[]>> RowsByCapture { get; }

    public static Reference Read(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(SharedData.Require(file)), CompressionMode.Decompress));
        var columns = reader.ReadLine()!.Split(',')[1..];
        var rows = new Dictionary<string, List<string[]>>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var values = line.Split(',');
            if (!rows.TryGetValue(values[0], out var list)) rows.Add(values[0], list = []);
            list.Add(values[1..]);
        }

        return new Reference(columns, rows);
    }

    /// <summary>What Weir writes for a capture, split into fields; the header is checked apart.</summary>
    public static List<string[]> Measure(string capture, FlowProfile profile)
    {
        var sink = new CsvSink(profile);
        var meter = new FlowMeter(new FlowMeterOptions { Profile = profile }, sink);
        var frames = new CicFrames(profile);
        using var reader = CaptureFileReader.Open(File.OpenRead(SharedData.Require("pcap/" + capture)));
        while (reader.TryRead(out var frame))
            if (frames.TryRead(in frame, out var packet)) meter.Add(in packet);
        meter.Flush();
        return sink.Rows;
    }

    private sealed class CsvSink(FlowProfile profile) : IMeteredFlowSink
    {
        private readonly FlowCsvWriter _writer = new(FlowCsvLayout.Of(profile), profile);
        private readonly ArrayBufferWriter<byte> _buffer = new();

        public List<string[]> Rows { get; } = [];

        public void OnFlow(MeteredFlow flow)
        {
            _buffer.ResetWrittenCount();
            _writer.Write(flow, _buffer);
            Rows.Add(Encoding.UTF8.GetString(_buffer.WrittenSpan).TrimEnd('\n').Split(','));
        }
    }
}
