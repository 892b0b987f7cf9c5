using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Weir.Records.Json;

/// <summary>How the bytes of a <see cref="DecodedBody"/> are to be shown.</summary>
public enum BodyKind : byte
{
    /// <summary>There is nothing to show.</summary>
    None,
    Utf8,
    /// <summary>Text of a single-byte western charset, see <see cref="Windows1252"/>.</summary>
    Windows1252,
    Binary,
}

/// <summary>A body without its content codings. Points into the message or the decoder: valid until either is used again.</summary>
public readonly ref struct DecodedBody
{
    public ReadOnlySpan<byte> Bytes { get; init; }

    public BodyKind Kind { get; init; }

    /// <summary>Bytes are missing: not captured, cut at a limit, or behind a defect of the coding.</summary>
    public bool Truncated { get; init; }

    /// <summary>The coding was unknown or its data broken from the start: <see cref="Bytes"/> are as sent.</summary>
    public bool EncodingInvalid { get; init; }
}

/// <summary>
/// Undoes Content-Encoding (RFC 9110 §8.4) of captured bodies and tells text from binary. Allocates only for messages that
/// have a content coding. Never throws on content. Not thread-safe.
/// </summary>
public sealed class BodyDecoder(BodyDecoderLimits? limits = null)
{
    private readonly BodyDecoderLimits _limits = limits ?? BodyDecoderLimits.Default;
    private readonly ByteBuffer _even = new();
    private readonly ByteBuffer _odd = new();

    /// <param name="message">Its body; not changed.</param>
    /// <param name="keep">Leave what codings hid with the message, so that decoding it again under the same limits costs nothing.</param>
    public DecodedBody Decode(HttpMessage message, bool keep = false)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Body.Length == 0 || message.ContentEncoding.IsEmpty || message.BodyDecoded)
        {
            return Classify(message, message.Body.Span, message.BodyTruncated, invalid: false);
        }

        var outcome = Undo(message, keep, out var decoded);
        return outcome == CodingOutcome.Invalid
            ? Classify(message, message.Body.Span, message.BodyTruncated, invalid: true)
            : Classify(message, decoded, message.BodyTruncated || outcome == CodingOutcome.Truncated, invalid: false);
    }

    private CodingOutcome Undo(HttpMessage message, bool keep, out ReadOnlySpan<byte> decoded)
    {
        if (message.KeptBody is { } kept && kept.IsOf(message, _limits))
        {
            decoded = kept.Bytes;
            return kept.Outcome;
        }

        var codings = new List<ContentCoding>();
        var outcome = ContentCodings.Read(message, _limits.MaxCodings, codings) ? Undo(message, codings, out decoded) : Failed(out decoded);
        if (keep) (message.KeptBody ??= new KeptBody()).Keep(message, _limits, outcome, decoded);
        return outcome;
    }

    private static CodingOutcome Failed(out ReadOnlySpan<byte> decoded)
    {
        decoded = default;
        return CodingOutcome.Invalid;
    }

    /// <summary>The coding named last was applied last, so it is undone first.</summary>
    private CodingOutcome Undo(HttpMessage message, List<ContentCoding> codings, out ReadOnlySpan<byte> decoded)
    {
        var result = message.BodyTruncated ? CodingOutcome.Truncated : CodingOutcome.Complete;
        var input = message.Body;
        for (var i = codings.Count - 1; i >= 0; i--)
        {
            var output = ReferenceEquals(input, _even) ? _odd : _even;
            output.Clear();
            var outcome = ContentCodings.Undo(codings[i], input, output, _limits.MaxDecodedBytes);
            if (outcome == CodingOutcome.Invalid && result == CodingOutcome.Truncated &&
                ContentCodings.CouldBegin(codings[i], input.Span))
            {
                outcome = CodingOutcome.Truncated;
            }

            if (outcome == CodingOutcome.Invalid) return Failed(out decoded);
            if (outcome == CodingOutcome.Truncated) result = outcome;
            input = output;
        }

        decoded = input.Span;
        return result;
    }

    private static DecodedBody Classify(HttpMessage message, ReadOnlySpan<byte> bytes, bool truncated, bool invalid)
    {
        var kind = BodyKind.Binary;
        if (!invalid && !message.BodyDecoded && IsSingleByteCharset(message[message.ContentType]))
        {
            kind = BodyKind.Windows1252;
        }
        else if (Utf8.IsValid(bytes))
        {
            kind = BodyKind.Utf8;
        }
        else if (truncated && Utf8.IsValid(bytes[..^CutCharacter(bytes)]))
        {
            kind = BodyKind.Utf8;
            bytes = bytes[..^CutCharacter(bytes)];
        }

        return new DecodedBody
        {
            Bytes = bytes,
            Kind = bytes.IsEmpty ? BodyKind.None : kind,
            Truncated = truncated,
            EncodingInvalid = invalid,
        };
    }

    /// <summary>How many bytes at the end begin a UTF-8 character that the cut left unfinished: 0 to 3.</summary>
    internal static int CutCharacter(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            if ((bytes[^back] & 0xC0) == 0x80) continue;
            var status = Rune.DecodeFromUtf8(bytes[^back..], out _, out _);
            return status == OperationStatus.NeedMoreData ? back : 0;
        }

        return 0;
    }

    private static bool IsSingleByteCharset(ReadOnlySpan<byte> contentType)
    {
        var at = contentType.IndexOf(";"u8);
        while (at >= 0)
        {
            contentType = contentType[(at + 1)..];
            at = contentType.IndexOf(";"u8);
            var parameter = (at < 0 ? contentType : contentType[..at]).Trim(" \t"u8);
            if (parameter.Length < 8 || !Ascii.EqualsIgnoreCase(parameter[..8], "charset="u8)) continue;
            var charset = parameter[8..].Trim("\" \t"u8);
            return Ascii.EqualsIgnoreCase(charset, "iso-8859-1"u8) || Ascii.EqualsIgnoreCase(charset, "latin1"u8) ||
                   Ascii.EqualsIgnoreCase(charset, "windows-1252"u8) || Ascii.EqualsIgnoreCase(charset, "cp1252"u8);
        }

        return false;
    }
}
