using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weir.Kubernetes.RateLimits;

/// <summary>The target with what decides how it is limited.</summary>
/// <param name="Request">What is asked for.</param>
/// <param name="Target">The object as the server has it.</param>
/// <param name="Mark">For what is changed: id and end; what was there before is added.</param>
internal sealed record RateLimitContext(RateLimitRequest Request, JsonElement Target, RateLimitMark Mark)
{
    public List<string> Warnings { get; } = [];

    public int BurstOf(int rate) => Request.Burst ?? (5 * rate);

    public static RateLimitException Unsupported(string message) => new(RateLimitFault.Unsupported, message);
}

/// <summary>Turns a request into the objects of one controller. Pure: nothing is asked or changed.</summary>
internal interface IRateLimitProvider
{
    string Name { get; }

    /// <summary>spec.controller of an IngressClass or spec.controllerName of a GatewayClass that this provider serves.</summary>
    bool Serves(string kind, string controller);

    /// <summary>The kind of object that the server must serve beside the target's; null for none.</summary>
    ResourceType? Policy { get; }

    (IReadOnlyList<RateLimitChange> Changes, EffectiveLimit Effective) Plan(RateLimitContext context);
}

/// <summary>Objects as providers write them.</summary>
internal static class PolicyObjects
{
    /// <summary>A name for what belongs to a target: readable, and no longer than names may be.</summary>
    public static string NameOf(RateLimitTarget target, string suffix = "")
    {
        var name = $"weir-{target.Kind.ToLowerInvariant()}-{target.Name}{suffix}";
        if (name.Length <= 63) return name;
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)))[..8];
        return $"{name[..54].TrimEnd('-', '.')}-{hash}";
    }

    public static RateLimitChange Own(ResourceType type, RateLimitContext context, JsonObject spec, string suffix = "")
    {
        var target = context.Request.Target;
        var name = NameOf(target, suffix);
        return new RateLimitChange(type, target.Namespace, name, new JsonObject
        {
            ["apiVersion"] = type.ApiVersion,
            ["kind"] = type.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = target.Namespace,
                ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "weir" },
                ["annotations"] = new JsonObject { [RateLimitPlan.MarkAnnotation] = context.Mark.ToString() },
            },
            ["spec"] = spec,
        })
        { IsOwn = true };
    }

    /// <summary>Annotations of the target: those with a value are set; the mark says what they were.</summary>
    public static RateLimitChange Annotations(ResourceType type, RateLimitContext context, SortedDictionary<string, string> values, params string[] obsolete)
    {
        var target = context.Request.Target;
        // A limit that replaces one of Weir's own goes back to what was before that.
        var previous = new Dictionary<string, PreviousValue>(RateLimitMark.Read(context.Target)?.Previous ?? new Dictionary<string, PreviousValue>(), StringComparer.Ordinal);
        var before = new JsonObject();
        foreach (var name in values.Keys.Concat(obsolete).Order(StringComparer.Ordinal))
            if (FieldOwners.Annotation(context.Target, name) is { } value) before[name] = value;
        foreach (var name in values.Keys)
        {
            var owner = FieldOwners.OfAnnotation(context.Target, name);
            if (!previous.ContainsKey(name) && (string?)before[name] is { } was && owner?.Manager != FieldOwners.Manager) previous[name] = new PreviousValue(was, owner?.Manager);
        }

        var annotations = new JsonObject();
        foreach (var (name, value) in values) annotations[name] = value;
        annotations[RateLimitPlan.MarkAnnotation] = (context.Mark with { Previous = previous }).ToString();
        return new RateLimitChange(type, target.Namespace, target.Name, Fragment(type, target, annotations))
        {
            Before = Fragment(type, target, before), Obsolete = [.. obsolete.Where(name => before.ContainsKey(name))],
        };
    }

    public static JsonObject Fragment(ResourceType type, RateLimitTarget target, JsonObject annotations)
    {
        var metadata = new JsonObject { ["name"] = target.Name, ["namespace"] = target.Namespace };
        if (annotations.Count > 0) metadata["annotations"] = annotations;
        return new JsonObject { ["apiVersion"] = type.ApiVersion, ["kind"] = type.Kind, ["metadata"] = metadata };
    }

    public static JsonArray TargetReference(RateLimitTarget target) =>
        new(new JsonObject { ["group"] = "gateway.networking.k8s.io", ["kind"] = target.Kind, ["name"] = target.Name });
}
