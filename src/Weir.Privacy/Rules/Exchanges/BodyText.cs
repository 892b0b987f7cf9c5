using System.Text;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Privacy.Rules.Exchanges;

/// <summary>A body as rules see it, and what is needed to put it back.</summary>
internal sealed class BodyText
{
    private bool _isBinary;
    private bool _truncated;

    /// <summary>Null when there is no body, or none that can be decoded.</summary>
    public string? Text { get; private set; }

    /// <summary>There are bytes that no rule can look into: an unknown or broken content coding.</summary>
    public bool IsOpaque { get; private set; }

    /// <summary>The bytes kept go beyond the text that rules see, because decoding stopped at its limit.</summary>
    public bool HoldsMore { get; private set; }

    public void Read(HttpMessage message, BodyDecoder decoder)
    {
        var body = decoder.Decode(message);
        _truncated = body.Truncated;
        _isBinary = body.Kind == BodyKind.Binary;
        IsOpaque = message.Body.Length > 0 && (body.EncodingInvalid || body.Kind == BodyKind.None);
        HoldsMore = !message.BodyDecoded && !message.ContentEncoding.IsEmpty && body.Truncated;
        Text = IsOpaque ? null : body.Kind switch
        {
            BodyKind.None => null,
            BodyKind.Utf8 => Encoding.UTF8.GetString(body.Bytes),
            BodyKind.Windows1252 => DetailText.Windows(body.Bytes),
            _ => Encoding.Latin1.GetString(body.Bytes),
        };
    }

    public void Write(HttpMessage message, string text)
    {
        message.Body.Clear();
        message.Body.Append((_isBinary ? Encoding.Latin1 : Encoding.UTF8).GetBytes(text));
        message.BodyDecoded = true;
        message.BodyTruncated = _truncated;
    }

    public static void Remove(HttpMessage message)
    {
        message.Body.Clear();
        message.BodyTruncated = message.BodyBytes > 0;
    }
}
