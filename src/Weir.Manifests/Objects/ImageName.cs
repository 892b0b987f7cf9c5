namespace Weir.Manifests.Objects;

/// <summary>An image reference: <c>[registry/]repository[:tag][@digest]</c>.</summary>
/// <param name="Registry">Host, <c>docker.io</c> when none is written.</param>
/// <param name="Repository">Path within the registry.</param>
/// <param name="Tag">Null when none is written.</param>
/// <param name="Digest"><c>sha256:…</c>, null when none is written.</param>
public sealed record ImageName(string Registry, string Repository, string? Tag, string? Digest)
{
    public static ImageName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var digest = at < 0 ? null : text[(at + 1)..];
        var name = at < 0 ? text : text[..at];
        var colon = name.LastIndexOf(':');
        var tag = colon > name.LastIndexOf('/') ? name[(colon + 1)..] : null;
        if (tag is not null) name = name[..colon];
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        // The first part is a registry when it can be a host: a dot, a port or localhost (distribution's reference grammar).
        var isHost = slash > 0 && (name.AsSpan(0, slash).ContainsAny('.', ':') || name[..slash] == "localhost");
        var registry = isHost ? name[..slash] : "docker.io";
        var repository = isHost ? name[(slash + 1)..] : name;
        if (registry == "docker.io" && !repository.Contains('/', StringComparison.Ordinal)) repository = "library/" + repository;
        return new ImageName(registry, repository, tag, digest);
    }
}
