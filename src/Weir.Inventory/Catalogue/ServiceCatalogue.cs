using Weir.Inventory.Schemas;
using Weir.Inventory.Security;
using Weir.Inventory.State;
using Weir.Inventory.Templating;

namespace Weir.Inventory.Catalogue;

/// <summary>The endpoints of one service. Belongs to its <see cref="EndpointCatalogue"/>, and is as little thread-safe.</summary>
public sealed class ServiceCatalogue
{
    private readonly CatalogueLimits _limits;

    internal ServiceCatalogue(string name, CatalogueLimits limits, SchemaBudget budget)
    {
        (Name, _limits, Budget) = (name, limits, budget);
        Tree = new PathTree(name, limits);
        Findings = new FindingList(limits.MaxFindingsPerService);
    }

    /// <summary><c>namespace/service</c>, or the host that is asked.</summary>
    public string Name { get; }

    /// <summary>Calls whose path or endpoint had no room.</summary>
    public long Overflow => Tree.NoRoom + EndpointsRefused;

    /// <summary>What traffic says about the security of this service.</summary>
    public FindingList Findings { get; }

    /// <summary>Every endpoint, by template and method. Unconfirmed ones are those that a scanner may have made up.</summary>
    public IEnumerable<Endpoint> Endpoints => Tree.Root.Subtree().SelectMany(static node => node.Endpoints.Values);

    /// <summary>Calls that were learned from, those included that others took.</summary>
    public long Calls => Tree.Root.Calls;

    /// <summary>What people decided about its paths.</summary>
    public IEnumerable<ServiceDecision> Decisions => Tree.Pins.Select(one => new ServiceDecision { Service = Name, At = one.Key, Pin = one.Value });

    internal PathTree Tree { get; }

    /// <summary>Nothing was learned or decided.</summary>
    internal bool IsUntouched => Tree.Nodes == 1 && Tree.Pins.Count == 0;

    /// <summary>It has as much as it may have.</summary>
    internal bool IsFull => !HasRoom || Tree.Nodes >= _limits.MaxNodesPerService;

    internal SchemaBudget Budget { get; }

    internal int EndpointCount { get; set; }

    internal int UnconfirmedCount { get; set; }

    internal long EndpointsRefused { get; set; }

    /// <summary>The endpoint with this id; null when there is none, or none any more.</summary>
    public Endpoint? Find(string id) => Endpoints.FirstOrDefault(endpoint => endpoint.Id == id);

    /// <summary>A person says that this template is right: its parameters are values, its literals routes. Remembered.</summary>
    /// <returns>False when it is no template, or there is no room to remember it.</returns>
    public bool Accept(string template) => Tree.Accept(template) && Counted();

    /// <summary>A person says that a parameter is none: what stands there are routes. Remembered; statistics of the place begin anew.</summary>
    /// <param name="template">As <see cref="Endpoint.Template"/> shows it.</param>
    /// <param name="segment">Index of the segment, from 0.</param>
    public bool Undo(string template, int segment) => Tree.Undo(template, segment) && Counted();

    /// <summary>Takes back what <see cref="Accept"/> or <see cref="Undo"/> said about one segment.</summary>
    public bool Forget(string template, int segment) => Tree.Forget(template, segment);

    /// <summary>Takes over what was learned elsewhere. What is beyond the limits is at most what the other had.</summary>
    internal void Absorb(ServiceCatalogue other)
    {
        Tree.Absorb(other.Tree);
        foreach (var entry in other.Findings.Entries)
        {
            Findings.Add(entry.Kind, entry.Severity, entry.Method, entry.Structure, entry.Example, entry.Detail, entry.FirstNs, entry.Count);
            Findings.Add(entry.Kind, FindingSeverity.Info, entry.Method, entry.Structure, entry.Example, entry.Detail, entry.LastNs, 0);
        }

        Counted();
        if (UnconfirmedCount > _limits.MaxUnconfirmedPerService) Prune();
    }

    /// <summary>Lets go of the older half of what nobody confirmed.</summary>
    internal void Prune()
    {
        var unconfirmed = Endpoints.Where(static endpoint => !endpoint.Confirmed).OrderBy(static endpoint => endpoint.LastNs).ToList();
        foreach (var endpoint in unconfirmed.Take((unconfirmed.Count + 1) / 2))
        {
            endpoint.Release();
            endpoint.Node.Endpoints.Remove(KeyOf(endpoint));
            for (var node = endpoint.Node; node.Parent is not null && IsEmpty(node); node = node.Parent) Tree.Remove(node);
        }

        Counted();
    }

    internal bool Counted()
    {
        (EndpointCount, UnconfirmedCount) = (0, 0);
        foreach (var endpoint in Endpoints)
        {
            EndpointCount++;
            if (!endpoint.Confirmed) UnconfirmedCount++;
        }

        return true;
    }

    internal static string KeyOf(Endpoint endpoint) => endpoint.Operation.Length == 0 ? endpoint.Method : $"{endpoint.Method} {endpoint.Operation}";

    internal bool HasRoom => EndpointCount < _limits.MaxEndpointsPerService;

    private static bool IsEmpty(PathNode node) =>
        node.Endpoints.Count == 0 && node.Literals.Count == 0 && node.Parameters.Count == 0 && !node.Kept && node.ChildPin == Pin.None;
}
