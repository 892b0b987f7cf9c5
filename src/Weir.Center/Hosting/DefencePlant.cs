using Microsoft.AspNetCore.Routing;
using Weir.Center.Api;
using Weir.Center.Cluster;
using Weir.Center.Respond;
using Weir.Center.Scans;
using Weir.Center.Tetragon;
using Weir.Storage;

namespace Weir.Center.Hosting;

/// <summary>What the center knows of a cluster's defence beside its traffic: scans of images, smells of what runs, processes and their policies.</summary>
internal sealed class DefencePlant : IDisposable
{
    private readonly CenterOptions _options;
    private readonly ImageScans _scans;
    private readonly ClusterSmells _smells;
    private readonly ProcessEvents _events;
    private readonly TracingPolicies _policies;

    /// <exception cref="StoreException">A store can't be opened.</exception>
    public DefencePlant(CenterOptions options, Responder responder)
    {
        _options = options;
        _scans = new ImageScans(options.Scans, options.DataDirectory, TimeProvider.System, Tell);
        _smells = new ClusterSmells(responder.Cluster, options.Smells, TimeProvider.System);
        _events = new ProcessEvents(options.Tetragon, options.DataDirectory, Tell);
        _policies = new TracingPolicies(responder.Cluster);
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapScans(_scans, _options.Scans.Limits);
        routes.MapSmells(_smells, _options.Smells);
        routes.MapProcessEvents(_events, _options.Tetragon.Limits);
        routes.MapPolicies(_policies);
    }

    /// <exception cref="StoreException">A store can't be read.</exception>
    public void Start()
    {
        _scans.Start();
        _events.Start();
    }

    public async Task Stop()
    {
        await _scans.Stop();
        await _events.Stop();
    }

    public void Dispose()
    {
        _scans.Dispose();
        _smells.Dispose();
        _events.Dispose();
    }

    private static void Tell(string text) => Console.Error.WriteLine($"weir: {text}");
}
