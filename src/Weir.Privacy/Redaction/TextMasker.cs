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
    private readonly Lazy<(Walker Walker, BodyRedactor Bodies)> _detectors;
    private readonly MatchList _matches = new();
    private readonly ByteBuffer _masked = new();

    /// <remarks>Cheap: detectors are made for the first text.</remarks>
    public TextMasker(RedactionOptions? options = null)
    {
        _options = options ?? RedactionOptions.Default;
        _detectors = new(() =>
        {
            var walker = WalkerFactory.Create(_options);
            return (walker, new BodyRedactor(_options, walker));
        }, isThreadSafe: false);
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
        _detectors.Value.Walker.Shrink();
        return hides;
    }

    private void Scan(ReadOnlySpan<char> key, byte[] value)
    {
        var (walker, bodies) = _detectors.Value;
        var colon = key.IndexOf(':');
        if (colon >= 0)
        {
            walker.Header(Encoding.UTF8.GetBytes(key[(colon + 1)..].ToString()), value, cut: false, s_places.Headers, _matches);
        }
        else if (key.EndsWith("_body"))
        {
            bodies.Scan(value, default, cut: false, s_places, s_places.Body, _matches, out _);
        }
        else
        {
            walker.Text(value, default, s_places.Path, _matches);
        }
    }
}
