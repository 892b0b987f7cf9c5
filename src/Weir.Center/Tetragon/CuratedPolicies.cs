using System.Text;

namespace Weir.Center.Tetragon;

/// <summary>A policy that comes with Weir.</summary>
/// <param name="Policy">As it was read.</param>
/// <param name="Description">What it watches, from the head of its file.</param>
/// <param name="Yaml">The file.</param>
internal sealed record CuratedPolicy(TracingPolicy Policy, string Description, string Yaml);

/// <summary>The files of <c>deploy/tetragon</c>, which are part of the program.</summary>
internal static class CuratedPolicies
{
    public const string Label = "weir.io/curated";

    private const string Folder = "tetragon/";

    public static IReadOnlyList<CuratedPolicy> All { get; } = [.. Read().OrderBy(static one => one.Policy.Name, StringComparer.Ordinal)];

    private static IEnumerable<CuratedPolicy> Read()
    {
        var assembly = typeof(CuratedPolicies).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            var yaml = reader.ReadToEnd();
            var policy = PolicyReader.Read(Encoding.UTF8.GetBytes(yaml), out var problems) ?? throw new InvalidOperationException($"{name}: {problems[0].Message}");
            yield return new CuratedPolicy(policy, string.Join(' ', yaml.Split('\n').TakeWhile(static line => line.StartsWith('#')).Select(static line => line[1..].Trim())), yaml);
        }
    }
}
