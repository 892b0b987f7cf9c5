namespace Weir.Records.Json;

/// <summary><c>"graphql":{"operations":[{"type","name","field"}]}</c>; a name or field that is not there is null.</summary>
internal static class GraphQlJson
{
    public static void Write(ref JsonOutput json, GraphQlCall call)
    {
        if (!call.Present) return;
        json.Raw(",\"graphql\":{\"operations\":["u8);
        for (var i = 0; i < call.Operations.Count; i++)
        {
            var operation = call.Operations[i];
            json.Raw(i == 0 ? "{\"type\":\""u8 : ",{\"type\":\""u8);
            json.Raw(WireNames.Utf8(operation.Type));
            json.Raw("\",\"name\":"u8);
            Optional(ref json, call[operation.Name]);
            json.Raw(",\"field\":"u8);
            Optional(ref json, call[operation.Field]);
            json.Raw((byte)'}');
        }

        json.Raw("]}"u8);
    }

    public static bool Read(ref JsonCursor cursor, GraphQlCall call)
    {
        if (cursor.IsNull) return true;
        if (!cursor.ExpectObject("\"graphql\"")) return false;
        while (cursor.NextProperty())
        {
            if (!(cursor.Key == "operations" ? ReadOperations(ref cursor, call) : cursor.Skip())) return false;
        }

        return true;
    }

    private static bool ReadOperations(ref JsonCursor cursor, GraphQlCall call)
    {
        if (!cursor.ExpectArray("\"operations\"")) return false;
        while (cursor.NextElement())
        {
            if (!cursor.ExpectObject("an entry of \"operations\"")) return false;
            var (type, name, field) = (GraphQlType.Query, default(Slice), default(Slice));
            while (cursor.NextProperty())
            {
                var ok = cursor.Key switch
                {
                    "type" => cursor.ExpectString() &&
                        (WireNames.TryParse(cursor.Utf8Value, out type) || cursor.Fail("\"type\" is no operation type")),
                    "name" => cursor.Bytes(call.Text, out name),
                    "field" => cursor.Bytes(call.Text, out field),
                    _ => cursor.Skip(),
                };
                if (!ok) return false;
            }

            call.Operations.Add(new GraphQlOperation(type, name, field));
        }

        return true;
    }

    private static void Optional(ref JsonOutput json, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) json.Raw("null"u8);
        else json.Text(text);
    }
}
