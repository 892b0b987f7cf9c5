namespace Weir.Records.Json;

/// <summary>
/// <c>"dns":{"id","name","type","responseCode","overTcp","authoritative","truncated","answerCount","answers":[{"name","type","ttl","data"}]}</c>.
/// The response code is that of the response, by name; a list of calls carries no answers.
/// </summary>
internal static class DnsJson
{
    public static void Write(ref JsonOutput json, Exchange exchange, ExchangeDetail detail)
    {
        var lookup = exchange.Dns;
        if (!lookup.Present) return;
        Span<byte> scratch = stackalloc byte[DnsNames.MaxNameBytes];
        json.Raw(",\"dns\":{\"id\":"u8);
        json.Number(lookup.Id);
        json.Raw(",\"name\":"u8);
        json.Text(lookup[lookup.Name]);
        json.Raw(",\"type\":\""u8);
        json.Raw(DnsNames.Type(lookup.Type, scratch));
        json.Raw("\",\"responseCode\":"u8);
        if (exchange.HasResponse) json.Text(DnsNames.ResponseCode(exchange.Response.Status, scratch));
        else json.Raw("null"u8);
        json.Raw(",\"overTcp\":"u8);
        json.Boolean(lookup.OverTcp);
        json.Raw(",\"authoritative\":"u8);
        json.Boolean(lookup.Authoritative);
        json.Raw(",\"truncated\":"u8);
        json.Boolean(lookup.Truncated);
        json.Raw(",\"answerCount\":"u8);
        json.Number(lookup.AnswerCount);
        if (detail == ExchangeDetail.Full) Answers(ref json, lookup, scratch);
        json.Raw((byte)'}');
    }

    public static bool Read(ref JsonCursor cursor, DnsLookup lookup)
    {
        if (cursor.IsNull) return true;
        if (!cursor.ExpectObject("\"dns\"")) return false;
        lookup.Present = true;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "id" => cursor.Integer(0, ushort.MaxValue, out var id) && Done(lookup.Id = (ushort)id),
                "name" => cursor.Bytes(lookup.Text, out var name) && Done(lookup.Name = name),
                "type" => ReadType(ref cursor, out var type) && Done(lookup.Type = type),
                "overTcp" => cursor.Boolean(out var overTcp) && Done(lookup.OverTcp = overTcp),
                "authoritative" => cursor.Boolean(out var authoritative) && Done(lookup.Authoritative = authoritative),
                "truncated" => cursor.Boolean(out var truncated) && Done(lookup.Truncated = truncated),
                "answerCount" => cursor.Integer(0, int.MaxValue, out var count) && Done(lookup.AnswerCount = (int)count),
                "answers" => ReadAnswers(ref cursor, lookup),
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        return true;
    }

    private static void Answers(ref JsonOutput json, DnsLookup lookup, scoped Span<byte> scratch)
    {
        json.Raw(",\"answers\":["u8);
        for (var i = 0; i < lookup.Answers.Count; i++)
        {
            var answer = lookup.Answers[i];
            json.Raw(i == 0 ? "{\"name\":"u8 : ",{\"name\":"u8);
            json.Text(lookup[answer.Name]);
            json.Raw(",\"type\":\""u8);
            json.Raw(DnsNames.Type(answer.Type, scratch));
            json.Raw("\",\"ttl\":"u8);
            json.Number(answer.TtlSeconds);
            json.Raw(",\"data\":"u8);
            json.Text(lookup[answer.Data]);
            json.Raw((byte)'}');
        }

        json.Raw((byte)']');
    }

    private static bool ReadAnswers(ref JsonCursor cursor, DnsLookup lookup)
    {
        lookup.Answers.Clear();
        if (!cursor.ExpectArray("\"answers\"")) return false;
        while (cursor.NextElement())
        {
            if (!cursor.ExpectObject("an entry of \"answers\"")) return false;
            var (name, type, ttl, data) = (default(Slice), (ushort)0, 0L, default(Slice));
            while (cursor.NextProperty())
            {
                var ok = cursor.Key switch
                {
                    "name" => cursor.Bytes(lookup.Text, out name),
                    "type" => ReadType(ref cursor, out type),
                    "ttl" => cursor.Integer(0, uint.MaxValue, out ttl),
                    "data" => cursor.Bytes(lookup.Text, out data),
                    _ => cursor.Skip(),
                };
                if (!ok) return false;
            }

            lookup.Answers.Add(new DnsAnswer(name, type, (uint)ttl, data));
        }

        return true;
    }

    private static bool ReadType(ref JsonCursor cursor, out ushort type)
    {
        type = 0;
        if (!cursor.ExpectString()) return false;
        return DnsNames.TryParseType(cursor.Utf8Value, out type) || cursor.Fail("\"type\" is no DNS type");
    }

    private static bool Done<T>(T assigned) => ExchangeJsonReader.Do(assigned);
}
