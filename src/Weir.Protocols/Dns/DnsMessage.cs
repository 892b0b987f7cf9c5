using System.Buffers.Binary;
using Weir.Records;

namespace Weir.Protocols.Dns;

/// <summary>Reads a DNS message (RFC 1035 §4) into the lookup of an exchange.</summary>
internal static class DnsMessage
{
    private const ushort Opt = 41;

    /// <summary>Finds the first question.</summary>
    /// <param name="message">At least a header.</param>
    /// <param name="question">What identifies it; 0 when there is none.</param>
    /// <returns>False when it is broken.</returns>
    public static bool TryFindQuestion(ReadOnlySpan<byte> message, out ulong question)
    {
        question = 0;
        var at = DnsHeader.Bytes;
        if (new DnsHeader(message).Questions == 0) return true;
        if (!DnsName.TrySkip(message, ref at) || at + 4 > message.Length) return false;
        question = DnsName.Hash(message[DnsHeader.Bytes..(at + 4)]);
        return true;
    }

    /// <summary>Whether the message is DNS beyond doubt: a plausible header, and sections that fill it to the last byte.</summary>
    public static bool IsCertain(ReadOnlySpan<byte> message)
    {
        if (message.Length < DnsHeader.Bytes + 5) return false;
        var header = new DnsHeader(message);
        if (!header.IsPlausible) return false;
        var at = DnsHeader.Bytes;
        if (!IsQuestion(message, ref at)) return false;
        for (var left = header.Answers + header.Authorities + header.Additionals; left > 0; left--)
        {
            if (!TrySkipRecord(message, ref at)) return false;
        }

        return at == message.Length;
    }

    /// <summary>A question with a class that is in use: Internet, Chaos, none or any.</summary>
    public static bool IsQuestion(ReadOnlySpan<byte> message, ref int at)
    {
        if (!DnsName.TrySkip(message, ref at) || at + 4 > message.Length) return false;
        var type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        var questionClass = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]);
        at += 4;
        return type is > 0 and <= 257 or 32768 or 32769 or 65535 && questionClass is 1 or 3 or 254 or 255;
    }

    /// <summary>Fills what the query says.</summary>
    public static void ReadQuery(ReadOnlySpan<byte> message, Exchange exchange)
    {
        var header = new DnsHeader(message);
        ReadQuestion(message, exchange, header);
        var request = exchange.Request;
        var lookup = exchange.Dns;
        Span<byte> scratch = stackalloc byte[DnsNames.MaxNameBytes];
        request.Method = request.Text.Append(MethodOf(header.Opcode, lookup.Type, scratch));
        request.Path = request.Text.Append(lookup[lookup.Name]);
    }

    /// <summary>Fills what the response says; also what was asked, where the query was not seen.</summary>
    public static void ReadResponse(ReadOnlySpan<byte> message, Exchange exchange, DnsLimits limits)
    {
        var header = new DnsHeader(message);
        var lookup = exchange.Dns;
        if (!lookup.Present) ReadQuestion(message, exchange, header);
        lookup.Authoritative = header.IsAuthoritative;
        lookup.Truncated = header.IsTruncated;
        lookup.AnswerCount = header.Answers;
        var code = header.ResponseCode;
        if (!ReadRecords(message, header, lookup, limits, ref code)) exchange.Anomalies.Add(Anomaly.DnsMessageInvalid);
        var response = exchange.Response;
        Span<byte> scratch = stackalloc byte[DnsNames.MaxNameBytes];
        response.Status = code;
        response.Reason = response.Text.Append(DnsNames.ResponseCode(code, scratch));
    }

    /// <summary>A further message of a zone transfer (RFC 5936 §2.2): its records join the answer.</summary>
    public static void ReadMore(ReadOnlySpan<byte> message, Exchange exchange, DnsLimits limits)
    {
        var header = new DnsHeader(message);
        var code = header.ResponseCode;
        exchange.Dns.AnswerCount += header.Answers;
        if (!ReadRecords(message, header, exchange.Dns, limits, ref code)) exchange.Anomalies.Add(Anomaly.DnsMessageInvalid);
        if (code != 0) exchange.Response.Status = code;
    }

    /// <summary>A transfer ends with the SOA record that it began with.</summary>
    public static bool EndsWithSoa(ReadOnlySpan<byte> message)
    {
        var header = new DnsHeader(message);
        var at = DnsHeader.Bytes;
        for (var left = header.Questions; left > 0; left--)
            if (!DnsName.TrySkip(message, ref at) || (at += 4) > message.Length) return true;
        var last = at;
        for (var left = header.Answers; left > 0; left--)
        {
            last = at;
            if (!TrySkipRecord(message, ref at)) return true;
        }

        return header.Answers == 0
            || (DnsName.TrySkip(message, ref last) && BinaryPrimitives.ReadUInt16BigEndian(message[last..]) == 6);
    }

    private static void ReadQuestion(ReadOnlySpan<byte> message, Exchange exchange, DnsHeader header)
    {
        exchange.Protocol = "DNS";
        exchange.Scheme = "dns";
        var lookup = exchange.Dns;
        lookup.Present = true;
        lookup.Id = header.Id;
        lookup.Truncated = header.IsTruncated;
        var at = DnsHeader.Bytes;
        var start = lookup.Text.Length;
        var ok = header.Questions > 0 && DnsName.TryRead(message, ref at, lookup.Text) && at + 4 <= message.Length;
        lookup.Name = new Slice(start, lookup.Text.Length - start);
        if (ok) lookup.Type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        else if (header.Questions > 0) exchange.Anomalies.Add(Anomaly.DnsMessageInvalid);
    }

    /// <summary>Answers are kept; the other sections are only searched for EDNS (RFC 6891 §6.1.3), which extends the code.</summary>
    private static bool ReadRecords(
        ReadOnlySpan<byte> message, DnsHeader header, DnsLookup lookup, DnsLimits limits, ref int code)
    {
        var at = DnsHeader.Bytes;
        for (var left = header.Questions; left > 0; left--)
        {
            if (!DnsName.TrySkip(message, ref at) || (at += 4) > message.Length) return false;
        }

        for (var left = header.Answers; left > 0; left--)
        {
            var start = at;
            if (!TrySkipRecord(message, ref at)) return header.IsTruncated;
            if (lookup.Answers.Count < limits.MaxAnswers && lookup.Text.Length < limits.MaxTextBytes)
                AddAnswer(message, start, at, lookup, limits);
        }

        for (var left = header.Authorities + header.Additionals; left > 0; left--)
        {
            var name = at;
            if (!TrySkipRecord(message, ref at)) return header.IsTruncated;
            if (message[name] == 0 && BinaryPrimitives.ReadUInt16BigEndian(message[(name + 1)..]) == Opt)
                code |= message[name + 5] << 4;
        }

        return true;
    }

    private static void AddAnswer(ReadOnlySpan<byte> message, int start, int end, DnsLookup lookup, DnsLimits limits)
    {
        var at = start;
        var nameStart = lookup.Text.Length;
        if (!DnsName.TryRead(message, ref at, lookup.Text))
        {
            // The record's length was sound, only its owner's name is not.
            at = start;
            DnsName.TrySkip(message, ref at);
        }

        var name = new Slice(nameStart, lookup.Text.Length - nameStart);
        var type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        if (type == Opt) return;
        var ttl = BinaryPrimitives.ReadUInt32BigEndian(message[(at + 4)..]);
        var dataStart = lookup.Text.Length;
        DnsRecordData.Append(message, type, at + 10, end - at - 10, lookup.Text, limits);
        lookup.Answers.Add(new DnsAnswer(name, type, ttl, new Slice(dataStart, lookup.Text.Length - dataStart)));
    }

    /// <summary>NAME TYPE CLASS TTL RDLENGTH RDATA, RFC 1035 §4.1.3.</summary>
    private static bool TrySkipRecord(ReadOnlySpan<byte> message, ref int at)
    {
        if (!DnsName.TrySkip(message, ref at) || at + 10 > message.Length) return false;
        at += 10 + BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
        return at <= message.Length;
    }

    /// <summary>For an ordinary query the type asked for, else what is asked of the server.</summary>
    private static ReadOnlySpan<byte> MethodOf(int opcode, ushort type, Span<byte> scratch) => opcode switch
    {
        0 => DnsNames.Type(type, scratch),
        1 => "IQUERY"u8,
        2 => "STATUS"u8,
        4 => "NOTIFY"u8,
        5 => "UPDATE"u8,
        6 => "DSO"u8,
        _ => "OPCODE"u8,
    };
}
