using System.Diagnostics.CodeAnalysis;
using System.Text;
using Weir.Privacy.Detection;

namespace Weir.Privacy.Redaction;

/// <summary>What is hidden, and what else is looked for. Without any choice everything is hidden that is hidden by default.</summary>
public sealed class RedactionOptions : IMaskPolicy
{
    private readonly HashSet<SensitiveClass> _revealed;

    /// <param name="reveal">Classes that stay readable. They are still told on the record.</param>
    /// <param name="detectors">Kinds of data that are looked for besides the built-in ones.</param>
    public RedactionOptions(IEnumerable<SensitiveClass> reveal, IEnumerable<CustomDetector> detectors)
    {
        _revealed = [.. reveal];
        Detectors = [.. detectors];
    }

    public static RedactionOptions Default { get; } = new([], []);

    public IReadOnlySet<SensitiveClass> Revealed => _revealed;

    public IReadOnlyList<CustomDetector> Detectors { get; }

    public bool Masks(SensitiveClass sensitive)
    {
        ArgumentNullException.ThrowIfNull(sensitive);
        return sensitive.MaskedByDefault && !_revealed.Contains(sensitive);
    }

    /// <summary>Reads the value of <c>--reveal</c>: names of classes or groups between commas, or <c>all</c>.</summary>
    /// <param name="text">The value.</param>
    /// <param name="detectors">Detectors of the configuration, whose classes can be named too.</param>
    /// <param name="revealed">The classes.</param>
    /// <param name="error">What is wrong, in a sentence.</param>
    public static bool TryParseReveal(
        string text, IEnumerable<CustomDetector> detectors, [NotNullWhen(true)] out IReadOnlyList<SensitiveClass>? revealed,
        [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        var known = SensitiveClasses.All.Concat(detectors.Select(static detector => detector.Class)).ToList();
        var found = new List<SensitiveClass>();
        (revealed, error) = (found, null);
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var chosen = name == "all" ? known : known.Where(sensitive => sensitive.Name == name || GroupName(sensitive.Group) == name).ToList();
            if (chosen.Count == 0)
            {
                revealed = null;
                error = $"\"{name}\" is no class of sensitive data. Groups: {string.Join(", ", Enum.GetValues<SensitiveGroup>().Select(GroupName))}, all. Classes: {string.Join(", ", known.Select(static sensitive => sensitive.Name))}";
                return false;
            }

            found.AddRange(chosen);
        }

        return true;
    }

    /// <summary>The text for <c>--help</c>: what each choice makes readable.</summary>
    public static string RevealHelp()
    {
        var text = new StringBuilder()
            .AppendLine("Sensitive data is masked before it is stored, printed or sent. --reveal leaves the named classes readable:")
            .AppendLine("whoever can read the output, the store or the page can then read them. \"all\" reveals everything.");
        foreach (var group in SensitiveClasses.All.GroupBy(static sensitive => sensitive.Group))
        {
            text.Append("  ").Append(GroupName(group.Key)).AppendLine(" (all of:)");
            foreach (var sensitive in group) text.Append("    ").Append(sensitive.Name.PadRight(20)).Append("  ").AppendLine(sensitive.Exposes);
        }

        return text.ToString();
    }

    internal static string GroupName(SensitiveGroup group) => group switch
    {
        SensitiveGroup.Secrets => "secrets",
        SensitiveGroup.Financial => "financial",
        SensitiveGroup.NationalIds => "national_ids",
        SensitiveGroup.Personal => "personal",
        _ => "technical",
    };
}
