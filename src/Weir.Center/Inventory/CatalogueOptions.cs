using Weir.Inventory;

namespace Weir.Center.Inventory;

/// <summary>What the center's catalogue of endpoints may hold, and how often it is kept.</summary>
public sealed record CatalogueOptions
{
    public CatalogueLimits Limits { get; init; } = CatalogueLimits.Default;

    /// <summary>Time between two times that changed services are written to the store. What came after the last is learned again after a crash.</summary>
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Over a store that centers share: time between two looks at what others wrote, and after which an endpoint that nobody knew is written,
    /// whatever <see cref="SaveInterval"/>. 2 s: a person who looks at another center does not wait.
    /// </summary>
    public TimeSpan FollowInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time between two times that a center says that its share of the catalogue is its own. 5 s.</summary>
    public TimeSpan HoldInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Silence after which a share is anybody's: the next center that starts goes on with it. 20 s: three signs of life that did not come.</summary>
    public TimeSpan GoneAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Bytes of what others learned that are kept to be shown; services beyond are not, which is counted. 128 MiB: twice what one center's limits allow.</summary>
    public long MaxSharedBytes { get; init; } = 128 << 20;
}
