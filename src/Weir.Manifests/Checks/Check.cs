using System.Collections.Immutable;
using Weir.Manifests.Objects;

namespace Weir.Manifests.Checks;

/// <summary>What a check says of one place.</summary>
/// <param name="Field">The place.</param>
/// <param name="Message">What is wrong there, in a sentence without capital and full stop.</param>
/// <param name="Severity">When it differs from the check's.</param>
internal sealed record Spot(Field Field, string Message, Severity? Severity = null);

/// <summary>A spot with the object, and the container if it is about one. Problems of a file have neither.</summary>
internal sealed record Hit(KubernetesObject? Object, string File, string? Container, int Line, int Column, string Path, string Message, Severity? Severity);

/// <summary>One rule: what it is called, how bad it is, what to do, and how it is found.</summary>
public sealed record Check
{
    internal Check(string id, string name, Severity severity, string sources, Func<Bundle, IEnumerable<Hit>> find)
    {
        (Id, Name, Severity, Find) = (id, name, severity, find);
        Sources = [.. sources.Split(' ')];
    }

    /// <summary>Stable: family and number, <c>SEC-001</c>.</summary>
    public string Id { get; }

    /// <summary>Stable, for people: <c>privileged-container</c>.</summary>
    public string Name { get; }

    public Severity Severity { get; }

    /// <summary>What it flags, as a statement.</summary>
    public required string Title { get; init; }

    /// <summary>What goes wrong, and what to do.</summary>
    public required string Remedy { get; init; }

    /// <summary>False: an opinion that has to be asked for.</summary>
    public bool ByDefault { get; init; } = true;

    /// <summary>
    /// Where it is from: <c>KL:name</c> kube-linter, <c>KS:name</c> kube-score, <c>PO:name</c> Polaris (whose own exemptions are
    /// honoured by these names), <c>PSS</c> Pod Security Standards, <c>RA</c> Rahman et al. 2023, <c>SK</c> SLI-KUBE, <c>W</c> Weir.
    /// </summary>
    public ImmutableArray<string> Sources { get; }

    internal Func<Bundle, IEnumerable<Hit>> Find { get; }

    public string Family => Id[..3];

    /// <summary>Names that another tool has for it.</summary>
    internal IEnumerable<string> NamesAt(string tool) =>
        Sources.Where(source => source.StartsWith(tool + ":", StringComparison.Ordinal)).Select(source => source[(tool.Length + 1)..]);
}

/// <summary>Checks of one concern.</summary>
public sealed record CheckFamily(string Prefix, string Title, ImmutableArray<Check> Checks);
