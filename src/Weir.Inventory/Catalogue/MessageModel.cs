using Weir.Inventory.Schemas;

namespace Weir.Inventory.Catalogue;

/// <summary>Bodies of one media type of a message.</summary>
public sealed class BodyModel
{
    /// <summary>Messages with this media type.</summary>
    public long Count { get; internal set; }

    /// <summary>Bodies that were not what the media type says, of those that were looked into.</summary>
    public long Malformed { get; internal set; }

    /// <summary>What they hold; null for media types that are not looked into.</summary>
    public SchemaNode? Schema { get; internal set; }

    /// <summary>Bodies that were looked into since one last had a property that none before had. Begins anew with the process.</summary>
    internal long Quiet { get; set; }

    /// <summary>
    /// Whether the next body is worth reading: all are until nothing new came for a while, then one in so many. Which ones follows from the
    /// count by a multiplicative hash (Knuth, TAOCP 3 §6.4), so that calls that come in a rhythm do not hide behind each other.
    /// </summary>
    internal bool IsWorthReading(CatalogueLimits limits) =>
        Quiet < limits.QuietBodies || limits.SettledShare <= 1 || (ulong)Count * 0x9E3779B97F4A7C15 < ulong.MaxValue / (ulong)limits.SettledShare;
}

/// <summary>A request, or the response of one status: its media types.</summary>
public sealed class MessageModel
{
    /// <summary>Key of bodies without a media type.</summary>
    public const string Unnamed = "";

    public long Count { get; internal set; }

    /// <summary>By media type in lower case without parameters.</summary>
    public Dictionary<string, BodyModel> Bodies { get; } = new(StringComparer.Ordinal);

    internal BodyModel? Body(ReadOnlySpan<char> mediaType, CatalogueLimits limits)
    {
        var lookup = Bodies.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(mediaType, out var found)) return found;
        if (Bodies.Count >= limits.MaxContentTypes) return null;
        found = new BodyModel();
        Bodies.Add(mediaType.ToString(), found);
        return found;
    }

    internal void Merge(MessageModel other, SchemaBudget budget, CatalogueLimits limits)
    {
        Count += other.Count;
        foreach (var (type, body) in other.Bodies)
        {
            if (Body(type, limits) is not { } mine) continue;
            mine.Count += body.Count;
            mine.Malformed += body.Malformed;
            if (body.Schema is null) continue;
            if (mine.Schema is null && budget.Take()) mine.Schema = new SchemaNode();
            mine.Schema?.Merge(body.Schema, budget, limits);
        }
    }
}

/// <summary>Where a parameter stands.</summary>
public enum ParameterPlace : byte
{
    Query,
    Header,
    Cookie,
}

/// <summary>A query parameter, request header or cookie of an endpoint.</summary>
public sealed class ParameterModel
{
    /// <summary>Calls that carried it.</summary>
    public long Count { get; internal set; }

    /// <summary>It came several times in one call.</summary>
    public bool Repeated { get; internal set; }

    public SchemaNode Schema { get; internal set; } = new();
}
