using System.Buffers;
using System.Text;

namespace Weir.Flows;

/// <summary>Writes flows as JSON, one object a line: identity, then every feature that the profile has, by its column name.</summary>
public sealed class MeteredFlowJson
{
    private const int MaxBytes = 8192;
    private readonly byte[][] _keys = [.. FlowFeatures.Columns.Select(column => Encoding.UTF8.GetBytes($"\"{column}\":"))];
    private readonly byte[][] _exports = [.. Enum.GetNames<FlowExport>().Select(name => Encoding.UTF8.GetBytes(char.ToLowerInvariant(name[0]) + name[1..]))];

    public void Write(MeteredFlow flow, IBufferWriter<byte> output)
    {
        var line = new Utf8Line(output, MaxBytes);
        line.Add("{\"flowId\":\""u8);
        line.Add(flow.IdTuple);
        line.Add("\",\"source\":{\"ip\":\""u8);
        line.Add(flow.Tuple.Source);
        line.Add("\",\"port\":"u8);
        line.Add(flow.Tuple.SourcePort);
        line.Add("},\"destination\":{\"ip\":\""u8);
        line.Add(flow.Tuple.Destination);
        line.Add("\",\"port\":"u8);
        line.Add(flow.Tuple.DestinationPort);
        line.Add("},\"protocol\":"u8);
        line.Add(flow.Tuple.Protocol);
        line.Add(",\"startedAt\":\""u8);
        FlowTimes.AddSortable(ref line, flow.StartNs, (byte)'T');
        line.Add("Z\",\"endedAt\":\""u8);
        FlowTimes.AddSortable(ref line, flow.EndNs, (byte)'T');
        line.Add("Z\",\"export\":\""u8);
        line.Add(_exports[(int)flow.Export]);
        line.Add("\",\"part\":"u8);
        line.Add(flow.Part);
        line.Add(",\"features\":{"u8);
        AddFeatures(ref line, flow.Features);
        line.Add("}}\n"u8);
        line.End();
    }

    /// <summary>JSON has no word for what is not a number or infinite: such a feature is null; one that the profile lacks is absent.</summary>
    private void AddFeatures(ref Utf8Line line, ReadOnlySpan<double> features)
    {
        var isFirst = true;
        for (var i = 0; i < features.Length; i++)
        {
            var isRate = FlowFeatures.UnitOf((FlowFeature)i) is FlowUnit.BytesPerSecond or FlowUnit.PacketsPerSecond;
            if (double.IsNaN(features[i]) && !isRate) continue;
            if (!isFirst) line.AddByte((byte)',');
            isFirst = false;
            line.Add(_keys[i]);
            if (double.IsFinite(features[i])) line.Add(features[i]);
            else line.Add("null"u8);
        }
    }
}
