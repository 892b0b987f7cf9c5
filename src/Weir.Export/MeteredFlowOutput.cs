using System.Buffers;
using Weir.Flows;
using Weir.Records;

namespace Weir.Export;

/// <summary>Metered flows as a CSV table, or one JSON object a line; exchanges are left out.</summary>
/// <param name="stream">Owned.</param>
/// <param name="name">How an error message calls it.</param>
/// <param name="table">Layout of the CSV table; null writes JSON lines.</param>
/// <param name="profile">Whose times the table has.</param>
/// <param name="label">What stands in the table's column Label.</param>
public sealed class MeteredFlowOutput(Stream stream, string name, FlowCsvLayout? table, FlowProfile profile, string label = FlowCsvWriter.NoLabel)
    : StreamOutput(stream, name)
{
    private readonly RowNumbers _rows = new();
    private bool _begun;

    protected override IExchangeEncoder CreateEncoder() =>
        table is null ? new JsonEncoder() : new CsvEncoder(new FlowCsvWriter(table, profile, label, _rows.Next));

    protected override void Deliver(ReadOnlySpan<byte> batch, int exchanges)
    {
        Begin();
        base.Deliver(batch, exchanges);
    }

    protected override void DeliverEnd() => Begin();

    /// <summary>The header comes before whichever worker's batch is first, and in a table without rows too.</summary>
    private void Begin()
    {
        if (_begun || table is null) return;
        _begun = true;
        var header = new ArrayBufferWriter<byte>();
        FlowCsvWriter.WriteHeader(table, header);
        Stream.Write(header.WrittenSpan);
        Stream.Flush();
    }

    /// <summary>Rows are numbered over all workers.</summary>
    private sealed class RowNumbers
    {
        private long _rows;

        public long Next() => Interlocked.Increment(ref _rows);
    }

    private sealed class CsvEncoder(FlowCsvWriter writer) : IExchangeEncoder
    {
        public void Encode(Exchange exchange, IBufferWriter<byte> output)
        {
            // This output is of flows alone.
        }

        public void Encode(MeteredFlow flow, IBufferWriter<byte> output) => writer.Write(flow, output);
    }

    private sealed class JsonEncoder : IExchangeEncoder
    {
        private readonly MeteredFlowJson _json = new();

        public void Encode(Exchange exchange, IBufferWriter<byte> output)
        {
            // As above.
        }

        public void Encode(MeteredFlow flow, IBufferWriter<byte> output) => _json.Write(flow, output);
    }
}
