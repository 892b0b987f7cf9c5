using System.Text;
using Weir.Records;

namespace Weir.Privacy.Rules.Exchanges;

/// <summary>Removes and changes header and trailer fields of one message.</summary>
internal readonly struct HeaderEdits(HttpMessage message)
{
    /// <returns>Whether a header that says how to read the body is not as it was: the body then has to be kept decoded.</returns>
    public bool Apply(List<DetailOrigin> origins, string?[] values, DetailPlace headers, DetailPlace trailers)
    {
        var codingChanged = false;
        // From the last, so that indexes stay true.
        for (var i = origins.Count - 1; i >= 0; i--)
        {
            var origin = origins[i];
            if ((origin.Place != headers && origin.Place != trailers) || values[i] == origin.Value) continue;
            var fields = origin.Place == headers ? message.Headers : message.Trailers;
            codingChanged |= origin.Key.EndsWith(":content-encoding", StringComparison.Ordinal) || origin.Key.EndsWith(":content-type", StringComparison.Ordinal);
            if (values[i] is { } value) fields[origin.Index] = fields[origin.Index] with { Value = message.Text.Append(Encoding.UTF8.GetBytes(value)) };
            else fields.RemoveAt(origin.Index);
        }

        if (!codingChanged) return false;
        message.ContentEncoding = Last("content-encoding"u8);
        message.ContentType = Last("content-type"u8);
        return true;
    }

    private Slice Last(ReadOnlySpan<byte> name)
    {
        for (var i = message.Headers.Count - 1; i >= 0; i--)
        {
            if (Ascii.EqualsIgnoreCase(message[message.Headers[i].Name], name)) return message.Headers[i].Value;
        }

        return default;
    }
}
