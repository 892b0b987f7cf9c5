using System.Buffers;
using System.Text;

namespace Weir.Flows;

/// <summary>Writes flows as CSV with one of the published headers. Times are UTC.</summary>
/// <param name="layout">Which columns.</param>
/// <param name="profile">V4 writes times to the second on a twelve-hour clock, the others to the microsecond.</param>
/// <param name="label">What stands in the column Label.</param>
/// <param name="nextRow">Numbers the rows of layouts with a column id; null counts those of this object.</param>
public sealed class FlowCsvWriter(
    FlowCsvLayout layout, FlowProfile profile, string label = FlowCsvWriter.NoLabel, Func<long>? nextRow = null)
{
    /// <summary>What CICFlowMeter writes, which does not know either.</summary>
    public const string NoLabel = "NeedManualLabel";

    /// <summary>More than any value takes: two IPv6 addresses with ports.</summary>
    private const int MaxValueBytes = 128;

    private readonly byte[] _label = Encoding.UTF8.GetBytes(label);
    private long _rows;

    public static void WriteHeader(FlowCsvLayout layout, IBufferWriter<byte> output)
    {
        output.Write(Encoding.UTF8.GetBytes(string.Join(',', layout.Columns)));
        output.Write("\n"u8);
    }

    public void Write(MeteredFlow flow, IBufferWriter<byte> output)
    {
        var line = new Utf8Line(output, (layout.Columns.Count * MaxValueBytes) + _label.Length);
        var columns = layout.Meanings;
        for (var i = 0; i < columns.Length; i++)
        {
            if (i > 0) line.AddByte((byte)',');
            if (columns[i].Feature is { } feature) line.Add(flow[feature]);
            else AddIdentity(ref line, columns[i].Identity, flow);
        }

        line.AddByte((byte)'\n');
        line.End();
    }

    private void AddIdentity(ref Utf8Line line, FlowIdentity? identity, MeteredFlow flow)
    {
        switch (identity)
        {
            case FlowIdentity.FlowId:
                line.Add(flow.IdTuple);
                break;
            case FlowIdentity.Source:
                line.Add(flow.Tuple.Source);
                break;
            case FlowIdentity.SourcePort:
                line.Add(flow.Tuple.SourcePort);
                break;
            case FlowIdentity.Destination:
                line.Add(flow.Tuple.Destination);
                break;
            case FlowIdentity.DestinationPort:
                line.Add(flow.Tuple.DestinationPort);
                break;
            case FlowIdentity.Timestamp:
                if (profile == FlowProfile.CicFlowMeter) FlowTimes.AddTwelveHours(ref line, flow.StartNs);
                else FlowTimes.AddSortable(ref line, flow.StartNs, (byte)' ');
                break;
            case FlowIdentity.Label:
                line.Add(_label);
                break;
            case FlowIdentity.AttemptedCategory:
                line.Add(-1);
                break;
            case FlowIdentity.RowId:
                line.Add(nextRow?.Invoke() ?? ++_rows);
                break;
        }
    }
}
