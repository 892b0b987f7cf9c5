using System.Text;
using Weir.Privacy.Detection;
using Weir.Privacy.Detection.Walking;
using Weir.Privacy.Rules;
using Weir.Records;

namespace Weir.Privacy.Redaction;

/// <summary>Masks single texts: what logging rules ask for with <c>mask_sensitive</c>. Not thread-safe.</summary>
public sealed class TextMasker : ISensitiveMasker
{
    private static readonly MessagePlaces s_places = new("message");

    private readonly RedactionOptions _options;
    private readonly Walker _walker;
    private readonly BodyRedactor _bodies;
    private readonly MatchList _matches = new();
    private readonly ByteBuffer _masked = new();

    public TextMasker(RedactionOptions? options = null)
    {
        _options = options ?? RedactionOptions.Default;
        _walker = WalkerFactory.Create(_options);
        _bodies = new BodyRedactor(_options, _walker);
    }

    public bool Mask(ReadOnlySpan<char> key, string value, out string masked)
    {
        ArgumentNullException.ThrowIfNull(value);
        masked = value;
        var bytes = Encoding.UTF8.GetBytes(value);
        Scan(key, bytes);
        _matches.Settle(_options);
        var hides = MaskWriter.HidesAny(_matches.Span, _options);
        if (hides)
        {
            _masked.Clear();
            MaskWriter.Write(bytes, _matches.Span, _options, sameLength: false, _masked);
            masked = Encoding.UTF8.GetString(_masked.Span);
        }

        _matches.Clear();
        _walker.Shrink();
        return hides;
    }

    private void Scan(ReadOnlySpan<char> key, byte[] value)
    {
        var colon = key.IndexOf(':');
        if (colon >= 0)
        {
            _walker.Header(Encoding.UTF8.GetBytes(key[(colon + 1)..].ToString()), value, cut: false, s_places.Headers, _matches);
        }
        else if (key.EndsWith("_body"))
        {
            _bodies.Scan(value, default, cut: false, s_places, s_places.Body, _matches, out _);
        }
        else
        {
            _walker.Text(value, default, s_places.Path, _matches);
        }
    }
}
