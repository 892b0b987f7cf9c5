using System.Text;
using Weir.Privacy.Detection;
using Weir.Privacy.Detection.Keys;
using Weir.Privacy.Detection.Walking;

namespace Weir.Privacy.Redaction;

internal static class WalkerFactory
{
    public static Walker Create(RedactionOptions options)
    {
        var names = from detector in options.Detectors
                    from key in detector.Keys
                    select new KeyName(Flat(key), KeyMatch.Whole, new KeyRule(detector.Class, ValueShape.Any));
        var patterns = options.Detectors.Any(static detector => detector.Pattern is not null) ? new CustomScanner(options.Detectors) : null;
        return new Walker(options, new KeyClassifier(names), patterns);
    }

    private static byte[] Flat(string key) =>
        Encoding.UTF8.GetBytes(string.Concat(key.Where(char.IsLetterOrDigit)).ToLowerInvariant());
}
