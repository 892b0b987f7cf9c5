using Weir.Inventory.Catalogue;
using Weir.Inventory.OpenApi;
using Weir.Inventory.Templating;

namespace Weir.Inventory.Drift;

/// <summary>Finds the operations of a specification that an observed template belongs to, whatever its parameters are called.</summary>
internal static class SpecMatcher
{
    /// <returns>All operations of the path that fits best; empty when none does.</returns>
    public static List<SpecOperation> Find(SpecModel spec, Endpoint endpoint)
    {
        var nodes = TemplateText.Path(endpoint.Node);
        var best = new List<SpecOperation>();
        var bestScore = -1;
        foreach (var operation in spec.Operations)
        {
            var score = Score(nodes, operation.Parts);
            if (score < 0 || score < bestScore) continue;
            if (score > bestScore) best.Clear();
            bestScore = score;
            best.Add(operation);
        }

        return best.Count > 0 ? best : Covered(spec, nodes);
    }

    /// <summary>Literals in common; -1 when the paths differ. What was observed as a parameter is none in a path that has a literal there.</summary>
    private static int Score(List<PathNode> nodes, List<TemplatePart> parts)
    {
        if (nodes.Count != parts.Count) return -1;
        var score = 0;
        for (var i = 0; i < nodes.Count; i++)
        {
            var (node, part) = (nodes[i], parts[i]);
            if (!part.IsParameter)
            {
                if (node.IsParameter || node.Text != part.Text) return -1;
                score += 2;
            }
            else if (part.Text.Length > 0)
            {
                if (!node.Text.EndsWith(part.Text, StringComparison.Ordinal)) return -1;
                score++;
            }
        }

        return score;
    }

    /// <summary>
    /// Several described literals that were taken for values of one parameter: they are described if together they are all values that
    /// were seen.
    /// </summary>
    private static List<SpecOperation> Covered(SpecModel spec, List<PathNode> nodes)
    {
        for (var i = 0; i < nodes.Count; i++)
        {
            if (nodes[i].Values is not { Top.Displaced: 0 } values) continue;
            var index = i;
            var literals = spec.Operations.Where(one => one.Parts.Count == nodes.Count && !one.Parts[index].IsParameter && values.Top.Entries.ContainsKey(one.Parts[index].Text)
                && Score([.. nodes.Where((_, at) => at != index)], [.. one.Parts.Where((_, at) => at != index)]) >= 0).ToList();
            var names = literals.Select(one => one.Parts[index].Text).ToHashSet(StringComparer.Ordinal);
            if (values.Top.Entries.Keys.All(names.Contains)) return literals;
        }

        return [];
    }
}
