using System.Text.RegularExpressions;
using Weir.Manifests.Images;
using Weir.Manifests.Objects;
using static Weir.Manifests.Severity;

namespace Weir.Manifests.Checks;

/// <summary>Whether what runs is what was meant to run.</summary>
internal static partial class ImageChecks
{
    private static readonly string[] s_public =
    [
        "docker.io", "quay.io", "ghcr.io", "gcr.io", "registry.k8s.io", "k8s.gcr.io", "mcr.microsoft.com", "public.ecr.aws", "docker.elastic.co",
        "nvcr.io", "registry.access.redhat.com", "cgr.dev", "lscr.io",
    ];

    public static readonly CheckFamily Family = new("IMG", "Images",
    [
        new("IMG-001", "latest-or-no-tag", High, "KL:latest-tag KS:container-image-tag PO:tagNotSpecified S4",
            Image((_, image) => image is { Digest: null, Tag: null or "latest" } ? $"runs {Shown(image)} with {(image.Tag is null ? "no tag" : "the tag latest")}" : null))
        {
            Title = "Image without a tag, or latest",
            Remedy = "What runs changes without a trace, and there is no way back. Name a version, best with a digest.",
        },
        new("IMG-002", "no-digest", Info, "W", Image((_, image) => image is { Digest: null, Tag: not (null or "latest") } ? $"runs {Shown(image)}:{image.Tag} without a digest" : null))
        {
            ByDefault = false,
            Title = "Image without a digest",
            Remedy = "A tag can be moved. Add @sha256:…, which can not.",
        },
        new("IMG-003", "pull-policy", Low, "KS:container-image-pull-policy PO:pullPolicyNotAlways",
            Every.Container(c => PullPolicy(c)))
        {
            Title = "Nodes may run different images",
            Remedy = "The tag moves, and a node that has an older image does not ask again. Set imagePullPolicy: Always, or name the full version or a digest.",
        },
        new("IMG-004", "untrusted-registry", Medium, "W",
            Image((bundle, image) => bundle.Options.Registries.Count > 0 && !bundle.Options.Registries.Any(one => IsWithin($"{image.Registry}/{image.Repository}", one))
                ? $"comes from {image.Registry}, which is not among the registries that are allowed"
                : null))
        {
            ByDefault = false,
            Title = "Image from a registry that is not allowed",
            Remedy = "Mirror it into a registry of your own. The list is `registries` in the configuration; without one nothing is flagged.",
        },
        new("IMG-005", "no-pull-secret-private", Info, "W",
            Every.Pod((bundle, p) => p.Spec["imagePullSecrets"].Items.Any() || bundle.Find("ServiceAccount", p.Home, p.ServiceAccount)?.Root["imagePullSecrets"].Items.Any() == true
                ? []
                : p.Containers.Where(c => c.Image.Length > 0 && !s_public.Contains(ImageName.Parse(c.Image).Registry))
                    .Select(c => c.Field["image"].Says($"no pull secret for {ImageName.Parse(c.Image).Registry}"))))
        {
            ByDefault = false,
            Title = "Private registry without a pull secret",
            Remedy = "Unless nodes are logged in themselves, the image can't be pulled. Add imagePullSecrets to the pod or its service account.",
        },
        new("IMG-006", "known-vulnerable", High, "W", Image((bundle, image, text) => Vulnerable(bundle, image, text)))
        {
            Title = "Image with known vulnerabilities",
            Remedy = "Update to a version that has them fixed. Needs reports of a scanner: weir smells --images REPORT.json, from weir scan or Trivy.",
        },
    ]);

    private static Func<Bundle, IEnumerable<Hit>> Image(Func<Bundle, ImageName, string?> look) => Image((bundle, image, _) => look(bundle, image));

    private static Func<Bundle, IEnumerable<Hit>> Image(Func<Bundle, ImageName, string, string?> look) =>
        Every.Container((bundle, c) => c.Image.Length > 0 && look(bundle, ImageName.Parse(c.Image), c.Image) is { } message ? c.Field["image"].Says(message) : null);

    private static string Shown(ImageName image) => image.Registry == "docker.io" ? image.Repository.Replace("library/", "", StringComparison.Ordinal) : $"{image.Registry}/{image.Repository}";

    private static Spot? PullPolicy(Container c)
    {
        var image = ImageName.Parse(c.Image);
        if (c.Image.Length == 0 || image.Digest is not null) return null;
        var policy = c.Field["imagePullPolicy"];
        // Kubernetes' default: Always for latest, IfNotPresent for every other tag.
        var effective = policy.Text ?? (image.Tag is null or "latest" ? "Always" : "IfNotPresent");
        return effective == "Always" || (image.Tag is not null && FixedTag().IsMatch(image.Tag))
            ? null
            : (policy.Exists ? policy : c.Field["image"]).Says($"the tag {image.Tag ?? "latest"} moves, and imagePullPolicy is {effective}");
    }

    private static bool IsWithin(string image, string allowed) =>
        image == allowed.TrimEnd('/') || image.StartsWith(allowed.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static string? Vulnerable(Bundle bundle, ImageName image, string text)
    {
        var report = bundle.Images.FirstOrDefault(one => one.IsOf(text, image));
        var counts = report?.Vulnerabilities.Where(one => one.Severity >= bundle.Options.VulnerabilityThreshold).GroupBy(static one => one.Severity)
            .OrderByDescending(static same => same.Key).Select(static same => $"{same.Count()} {same.Key.ToString().ToLowerInvariant()}").ToList();
        return counts is { Count: > 0 } ? $"{text} has known vulnerabilities: {string.Join(", ", counts)}" : null;
    }

    /// <summary>Three numbers, a date or a commit: tags that are not moved in practice.</summary>
    [GeneratedRegex(@"^(v?\d+\.\d+\.\d+.*|.*\d{8,}.*|(.*[.-])?[0-9a-f]{7,40})\z", RegexOptions.CultureInvariant)]
    private static partial Regex FixedTag();
}
