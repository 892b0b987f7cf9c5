using Weir.Inventory;

namespace Weir.Center.Inventory;

/// <summary>What the center's catalogue of endpoints may hold, and how often it is kept.</summary>
public sealed record CatalogueOptions
{
    public CatalogueLimits Limits { get; init; } = CatalogueLimits.Default;

    /// <summary>Time between two times that changed services are written to the store. What came after the last is learned again after a crash.</summary>
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromSeconds(30);
}
