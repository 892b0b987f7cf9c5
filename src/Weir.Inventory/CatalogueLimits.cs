namespace Weir.Inventory;

/// <summary>What the catalogue may hold, whatever the traffic is. Every number is a count unless its name says otherwise.</summary>
public sealed record CatalogueLimits
{
    public static CatalogueLimits Default { get; } = new();

    /// <summary>Services; calls of further ones are counted and left out. 1,024: a large cluster has hundreds, a forged Host header millions.</summary>
    public int MaxServices { get; init; } = 1_024;

    /// <summary>Endpoints of a service; calls of further ones are counted. 1,024: the largest published APIs have about that many operations.</summary>
    public int MaxEndpointsPerService { get; init; } = 1_024;

    /// <summary>Endpoints in all. 8,192 at about 10 KiB each.</summary>
    public int MaxEndpoints { get; init; } = 8_192;

    /// <summary>Nodes of a service's path tree; beyond it no new literal is made. 8,192: eight path nodes for each endpoint.</summary>
    public int MaxNodesPerService { get; init; } = 8_192;

    /// <summary>Literals below one node; beyond it those that look least like routes become a parameter. 128: real routers have fewer at one place.</summary>
    public int MaxLiteralsPerNode { get; init; } = 128;

    /// <summary>Endpoints that only ever answered "not found" and the like; the oldest half goes. 256: what a scanner makes up must not push out what is real.</summary>
    public int MaxUnconfirmedPerService { get; init; } = 256;

    /// <summary>Segments of a path; the rest becomes one. 24: real paths end at ten.</summary>
    public int MaxSegments { get; init; } = 24;

    /// <summary>Bytes of a path that are looked at; longer ones are counted and left out. 2 KiB: servers refuse 8 KiB, APIs use 200 bytes.</summary>
    public int MaxPathBytes { get; init; } = 2_048;

    /// <summary>Values of a path parameter that are remembered, those seen most. 32: enough to split one off again, and to see whether they can be guessed.</summary>
    public int MaxValuesPerParameter { get; init; } = 32;

    /// <summary>Decisions of people about templates of a service. 1,024: one for each endpoint.</summary>
    public int MaxPinsPerService { get; init; } = 1_024;

    /// <summary>Status codes of an endpoint. 32: HTTP has 62 registered, APIs use ten.</summary>
    public int MaxStatuses { get; init; } = 32;

    /// <summary>Media types of one message of an endpoint. 8: an API that speaks more is a file store.</summary>
    public int MaxContentTypes { get; init; } = 8;

    /// <summary>Query parameters of an endpoint, and as many request headers and cookies. 64.</summary>
    public int MaxParameters { get; init; } = 64;

    /// <summary>Callers of an endpoint, those seen most. 32.</summary>
    public int MaxCallers { get; init; } = 32;

    /// <summary>Pairs of kind of sensitive data and place. 64.</summary>
    public int MaxSensitive { get; init; } = 64;

    /// <summary>Properties of one object; beyond it the object is a map. 96: wide records have fifty.</summary>
    public int MaxProperties { get; init; } = 96;

    /// <summary>Levels of nesting that are looked into. 16: deeper JSON is data, not a contract.</summary>
    public int MaxDepth { get; init; } = 16;

    /// <summary>Schema nodes of an endpoint over all its messages. 1,024, each about 150 bytes.</summary>
    public int MaxSchemaNodesPerEndpoint { get; init; } = 1_024;

    /// <summary>Schema nodes in all. 400,000: 60 MB.</summary>
    public int MaxSchemaNodes { get; init; } = 400_000;

    /// <summary>Bytes of a body that are looked at. 64 KiB: what the probe keeps of one.</summary>
    public int MaxBodyBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Bodies of one kind (a request, or an answer of one status and media type) without a new property, after which not every one is read any
    /// more. 1,000: a property that one call in 300 has is then known with a certainty of 96 %.
    /// </summary>
    public int QuietBodies { get; init; } = 1_000;

    /// <summary>Then one body in so many is read; calls, times, parameters and credentials are counted of all. 8; 1 reads all.</summary>
    public int SettledShare { get; init; } = 8;

    /// <summary>Bytes of a name (property, parameter, header) that is kept; longer ones are passed over. 96.</summary>
    public int MaxNameBytes { get; init; } = 96;

    /// <summary>Endpoints on the list of those seen first; the oldest leave it. 512: an hour of a large deployment.</summary>
    public int MaxFirstSeen { get; init; } = 512;

    /// <summary>Security findings of a service. 256: more are not read.</summary>
    public int MaxFindingsPerService { get; init; } = 256;
}
