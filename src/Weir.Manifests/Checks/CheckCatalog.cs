using System.Collections.Immutable;

namespace Weir.Manifests.Checks;

/// <summary>All checks. Ids are never used twice.</summary>
public static class CheckCatalog
{
    public static ImmutableArray<CheckFamily> Families { get; } =
    [
        IsolationChecks.Family, VolumeChecks.Family, ConfigurationChecks.Family, ImageChecks.Family, ResourceChecks.Family,
        AvailabilityChecks.Family, HealthChecks.Family, IdentityChecks.Family, NetworkChecks.Family, CorrectnessChecks.Family,
    ];

    public static ImmutableArray<Check> All { get; } = [.. Families.SelectMany(static family => family.Checks)];

    /// <summary>By id or by name, whatever the capitals; null when there is none.</summary>
    public static Check? Find(string text) => All.FirstOrDefault(check =>
        string.Equals(check.Id, text, StringComparison.OrdinalIgnoreCase) || string.Equals(check.Name, text, StringComparison.OrdinalIgnoreCase));
}
