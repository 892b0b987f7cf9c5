using Weir.Export;
using Weir.Export.Retention;
using Weir.Packets;
using Weir.Probe;
using Weir.Records;

namespace Weir.Cli.Retention;

/// <summary>Reads the calls in kept frames again, and collects the connections of those that a filter wants.</summary>
/// <param name="where">Sees calls as they were sent.</param>
/// <param name="fromNs">Earliest start of a call, Unix nanoseconds.</param>
/// <param name="toNs">Latest start, exclusive.</param>
internal sealed class MatchingCalls(Func<Exchange, bool> where, long fromNs, long toNs) : IExchangeSink
{
    /// <summary>Read before and behind the time that was asked for: beginnings of connections, and ends of calls.</summary>
    private const long MarginNs = 60_000_000_000;

    /// <summary>Calls that are remembered: a connection each, at most, 100 bytes each.</summary>
    private const int MaxCalls = 1_000_000;

    private readonly List<WantedConnection> _connections = [];

    public IReadOnlyList<WantedConnection> Connections => _connections;

    /// <summary>Calls that matched.</summary>
    public long Count { get; private set; }

    /// <exception cref="IOException">The folder can't be read.</exception>
    public void Read(PacketArchive archive, TunnelOptions tunnels, Action<string> progress, CancellationToken cancellation)
    {
        var source = new ArchiveSource(archive, Before(fromNs), Behind(toNs));
        var options = new ProbeOptions { Source = CaptureSourceKind.File, Where = where, Tunnels = tunnels, Privacy = PrivacyOptions.Nothing, BodyLimitBytes = 64 << 10 };
        using var run = new ProbeRun([source], options, [new SharedSinkOutput(this)]);
        using var timer = new Timer(_ => progress($"{Summary.Number(run.Report().Packets)} packets read"), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        run.Run(cancellation);
    }

    public void Write(Exchange exchange)
    {
        if (exchange.StartedAtNs < fromNs || exchange.StartedAtNs >= toNs) return;
        Count++;
        if (_connections.Count < MaxCalls) _connections.Add(WantedConnection.Of(exchange));
        else throw new UsageException($"more than {MaxCalls} calls match: narrow the filter or the time");
    }

    private static long Before(long ns) => ns < long.MinValue + MarginNs ? long.MinValue : ns - MarginNs;

    private static long Behind(long ns) => ns > long.MaxValue - MarginNs ? long.MaxValue : ns + MarginNs;
}
