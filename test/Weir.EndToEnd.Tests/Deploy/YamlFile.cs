using System.Collections.Immutable;
using Weir.Testing;
using YamlDotNet.RepresentationModel;

namespace Weir.EndToEnd.Tests.Deploy;

/// <summary>Documents of a YAML file of the repository, read by path.</summary>
internal sealed class YamlFile
{
    private YamlFile(ImmutableArray<YamlNode> documents) => Documents = documents;

    public ImmutableArray<YamlNode> Documents { get; }

    public static YamlFile Read(string path)
    {
        using var text = new StreamReader(RepositoryRoot.Combine(path));
        var stream = new YamlStream();
        stream.Load(text);
        return new YamlFile([.. stream.Documents.Select(document => document.RootNode)]);
    }

    public YamlNode OfKind(string kind) => Documents.Single(document => Text(document, "kind") == kind);

    /// <summary>The node below the keys (a number takes an item of a list); null when there is none.</summary>
    public static YamlNode? Find(YamlNode node, params IEnumerable<string> path)
    {
        YamlNode? at = node;
        foreach (var step in path)
        {
            at = at switch
            {
                YamlMappingNode map => map.Children.TryGetValue(new YamlScalarNode(step), out var found) ? found : null,
                YamlSequenceNode list => list.Children.ElementAtOrDefault(int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)),
                _ => null,
            };
            if (at is null) return null;
        }

        return at;
    }

    public static string? Text(YamlNode node, params IEnumerable<string> path) => (Find(node, path) as YamlScalarNode)?.Value;

    public static List<string> Texts(YamlNode node, params IEnumerable<string> path) =>
        Find(node, path) is YamlSequenceNode list ? [.. list.Children.Select(one => ((YamlScalarNode)one).Value!)] : [];

    public static Dictionary<string, string> Map(YamlNode node, params IEnumerable<string> path) =>
        Find(node, path) is YamlMappingNode map
            ? map.Children.ToDictionary(one => ((YamlScalarNode)one.Key).Value!, one => (one.Value as YamlScalarNode)?.Value ?? "")
            : [];

    /// <summary>The node and all below it that are mappings.</summary>
    public static IEnumerable<YamlMappingNode> Mappings(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.Values.SelectMany(Mappings).Prepend(map),
        YamlSequenceNode list => list.Children.SelectMany(Mappings),
        _ => [],
    };
}
