using System.Buffers;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Storage;

/// <summary>The record of a call that ran when Weir was killed, as one that is over in a way nobody knows.</summary>
internal static class AbandonedRecord
{
    /// <returns>Null when the record cannot be read: it then stays as it is.</returns>
    public static ExchangeRow? Of(byte[] record)
    {
        var exchange = new Exchange();
        if (!ExchangeJsonReader.TryRead(record, exchange, out _)) return null;
        exchange.InProgress = exchange.Complete = false;
        exchange.Anomalies.Add(Anomaly.EndUnknown);
        var row = new ExchangeRow();
        row.Set(exchange, Write(exchange, ExchangeDetail.Summary), Write(exchange, ExchangeDetail.Full));
        return row;
    }

    private static ReadOnlySpan<byte> Write(Exchange exchange, ExchangeDetail detail)
    {
        var json = new ArrayBufferWriter<byte>();
        new ExchangeJsonWriter(detail).Write(exchange, json);
        return json.WrittenSpan;
    }
}
