using static Weir.Records.Json.ExchangeJsonReader;

namespace Weir.Records.Json;

/// <summary>
/// The <c>grpc</c> member of a record: names, outcome and message counts; with full detail also the decoded messages, which
/// are JSON already and stand there as such.
/// </summary>
internal static class GrpcJson
{
    public static void Write(ref JsonOutput json, GrpcCall call, ExchangeDetail detail)
    {
        if (!call.Present) return;
        json.Raw(",\"grpc\":{\"service\":"u8);
        json.Text(call[call.Service]);
        json.Raw(",\"method\":"u8);
        json.Text(call[call.Method]);
        json.Raw(",\"status\":"u8);
        if (call.Status < 0) json.Raw("null"u8);
        else json.Number(call.Status);
        json.Raw(",\"message\":"u8);
        json.Text(call[call.Message]);
        json.Raw(",\"requestMessages\":"u8);
        json.Number(call.RequestMessages);
        json.Raw(",\"responseMessages\":"u8);
        json.Number(call.ResponseMessages);
        json.Raw(",\"requestMessageBytes\":"u8);
        json.Number(call.RequestMessageBytes);
        json.Raw(",\"responseMessageBytes\":"u8);
        json.Number(call.ResponseMessageBytes);
        if (detail == ExchangeDetail.Full)
        {
            Messages(ref json, ",\"requestJson\":"u8, call.RequestJson);
            Messages(ref json, ",\"responseJson\":"u8, call.ResponseJson);
        }

        json.Raw((byte)'}');
    }

    public static bool Read(ref JsonCursor cursor, GrpcCall call)
    {
        if (cursor.IsNull) return true;
        if (!cursor.ExpectObject("\"grpc\"")) return false;
        call.Present = true;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "service" => cursor.Bytes(call.Text, out var service) && Do(call.Service = service),
                "method" => cursor.Bytes(call.Text, out var method) && Do(call.Method = method),
                "status" => cursor.IsNull || (cursor.Integer(0, int.MaxValue, out var status) && Do(call.Status = (int)status)),
                "message" => cursor.Bytes(call.Text, out var message) && Do(call.Message = message),
                "requestMessages" => cursor.Integer(0, long.MaxValue, out var count) && Do(call.RequestMessages = count),
                "responseMessages" => cursor.Integer(0, long.MaxValue, out var count) && Do(call.ResponseMessages = count),
                "requestMessageBytes" => cursor.Integer(0, long.MaxValue, out var bytes) && Do(call.RequestMessageBytes = bytes),
                "responseMessageBytes" => cursor.Integer(0, long.MaxValue, out var bytes) && Do(call.ResponseMessageBytes = bytes),
                "requestJson" => cursor.Raw(call.RequestJson),
                "responseJson" => cursor.Raw(call.ResponseJson),
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        return true;
    }

    private static void Messages(ref JsonOutput json, ReadOnlySpan<byte> key, ByteBuffer messages)
    {
        if (messages.Length == 0) return;
        json.Raw(key);
        json.Raw(messages.Span);
    }
}
