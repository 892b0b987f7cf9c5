using System.Globalization;
using System.Text.RegularExpressions;

namespace Weir.Benchmarks.Templating;

/// <summary>A way to get from calls to routes: structures such as <c>GET /users/{}</c>.</summary>
internal interface IHeuristic
{
    string Name { get; }

    IReadOnlySet<string> Routes(IReadOnlyList<Call> calls);
}

/// <summary>What published heuristics share. None of them knows answers that say "not found"; as their programs do, those calls are left out.</summary>
internal abstract partial class SegmentHeuristic : IHeuristic
{
    public abstract string Name { get; }

    public virtual IReadOnlySet<string> Routes(IReadOnlyList<Call> calls) => calls.Where(static call => call.Status != 404)
        .Select(call => $"{call.Method} /{string.Join('/', Template(call.Path.Split('/', StringSplitOptions.RemoveEmptyEntries)))}").ToHashSet(StringComparer.Ordinal);

    protected abstract IEnumerable<string> Template(string[] segments);

    protected static bool IsDigits(string text) => text.All(char.IsAsciiDigit);

    protected static bool IsUuid(string text) => Guid.TryParseExact(text, "D", out _);

    protected static int Digits(string text) => text.Count(char.IsAsciiDigit);

    [GeneratedRegex("[-_.]|(?<=[a-z])(?=[A-Z])")]
    protected static partial Regex Joints();
}

/// <summary>APIClarity's speculator: digits, UUID, or "mixed" (eight characters or more with more than two digits).</summary>
internal sealed class ApiClarity : SegmentHeuristic
{
    public override string Name => "APIClarity";

    protected override IEnumerable<string> Template(string[] segments) =>
        segments.Select(static segment => IsDigits(segment) || IsUuid(segment) || (segment.Length >= 8 && Digits(segment) > 2) ? "{}" : segment);
}

/// <summary>
/// Akto: word of a dictionary first, then number, object id, UUID, alphanumeric of six characters with three digits; then URLs of the same method
/// and length that differ in one segment are merged where there are ten of them.
/// </summary>
internal sealed class Akto(WordBag words) : SegmentHeuristic
{
    private const int UrlsToMerge = 10;

    public override string Name => "Akto";

    public override IReadOnlySet<string> Routes(IReadOnlyList<Call> calls)
    {
        var routes = new HashSet<string>(base.Routes(calls), StringComparer.Ordinal);
        foreach (var group in routes.GroupBy(static route => (route.Split(' ')[0], route.Count(static c => c == '/'))).ToList())
        {
            var split = group.Select(static route => route.Split('/')).ToList();
            for (var place = 1; place < split[0].Length; place++)
            {
                foreach (var alike in split.Where(one => one[place] != "{}").GroupBy(one => string.Join('/', one.Select((segment, at) => at == place ? "{}" : segment))).Where(static alike => alike.Count() >= UrlsToMerge))
                {
                    foreach (var one in alike) routes.Remove(string.Join('/', one));
                    routes.Add(alike.Key);
                }
            }
        }

        return routes;
    }

    protected override IEnumerable<string> Template(string[] segments) => segments.Select(segment =>
        words.AllKnown(Joints().Split(segment)) ? segment
        : double.TryParse(segment, NumberStyles.Float, CultureInfo.InvariantCulture, out _) || (segment.Length == 24 && segment.All(char.IsAsciiHexDigit)) || IsUuid(segment) || segment.Contains('@', StringComparison.Ordinal)
            || (segment.Length >= 6 && Digits(segment) >= 3 && segment.Any(char.IsAsciiLetter)) ? "{}" : segment);
}

/// <summary>
/// Metlo: number, UUID, or any piece that is in no word list is a parameter; a repair turns a value back that more than 30 % of the calls of
/// its endpoint have.
/// </summary>
internal sealed class Metlo(WordBag words) : SegmentHeuristic
{
    public override string Name => "Metlo";

    public override IReadOnlySet<string> Routes(IReadOnlyList<Call> calls)
    {
        var routes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in calls.Where(static call => call.Status != 404).GroupBy(call => $"{call.Method} /{string.Join('/', Template(Split(call)))}"))
        {
            var paths = endpoint.Select(Split).ToList();
            var template = endpoint.Key.Split(' ')[1].Split('/', StringSplitOptions.RemoveEmptyEntries);
            foreach (var path in paths)
            {
                var repaired = template.Select((segment, place) => segment == "{}" && IsWordLike(path[place]) && paths.Count >= 10
                    && paths.Count(other => other[place] == path[place]) > paths.Count * 0.3 ? path[place] : segment);
                routes.Add($"{endpoint.Key.Split(' ')[0]} /{string.Join('/', repaired)}");
            }
        }

        return routes;
    }

    protected override IEnumerable<string> Template(string[] segments) =>
        segments.Select(segment => IsDigits(segment) || IsUuid(segment) || !words.AllKnown(segment.Split('-', '_')) ? "{}" : segment);

    private static string[] Split(Call call) => call.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsWordLike(string text) => text.All(static c => char.IsAsciiLetter(c) || c is '-' or '_' or '.');
}

/// <summary>
/// Optic: never the first segment, nor behind a parameter, nor behind api or a version; else where a segment is a number or a UUID, or where two
/// paths share what is before and no constant is known beside them.
/// </summary>
internal sealed class Optic : SegmentHeuristic
{
    private readonly HashSet<string> _constants = new(StringComparer.Ordinal);
    private Dictionary<string, HashSet<string>> _siblings = [];

    public override string Name => "Optic";

    public override IReadOnlySet<string> Routes(IReadOnlyList<Call> calls)
    {
        _constants.Clear();
        _siblings = [];
        foreach (var call in calls.Where(static call => call.Status != 404))
        {
            var prefix = "";
            foreach (var segment in call.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!_siblings.TryGetValue(prefix, out var found)) _siblings[prefix] = found = new HashSet<string>(StringComparer.Ordinal);
                found.Add(segment);
                prefix += "/" + segment;
            }
        }

        return base.Routes(calls);
    }

    protected override IEnumerable<string> Template(string[] segments)
    {
        var prefix = "";
        var known = "";
        var before = "";
        for (var i = 0; i < segments.Length; i++)
        {
            var segment = segments[i];
            var reserved = i == 0 || before == "{}" || before == "api" || Regex.IsMatch(before, @"^(v\d+|\d+\.\d+|20\d\d-\d\d-\d\d)$");
            var looks = segment.Any(char.IsAsciiDigit) && IsDigits(segment) || IsUuid(segment);
            var several = _siblings.TryGetValue(prefix, out var found) && found.Count >= 2 && !found.Any(one => _constants.Contains($"{known}/{one}"));
            before = !reserved && (looks || several) ? "{}" : segment;
            prefix += "/" + segment;
            known += "/" + before;
            if (before != "{}") _constants.Add(known);
            yield return before;
        }
    }
}

/// <summary>mitmproxy2swagger with its default expression: digits alone. Not among the four, shown for comparison.</summary>
internal sealed class DigitsOnly : SegmentHeuristic
{
    public override string Name => "digits only";

    protected override IEnumerable<string> Template(string[] segments) => segments.Select(static segment => IsDigits(segment) ? "{}" : segment);
}
