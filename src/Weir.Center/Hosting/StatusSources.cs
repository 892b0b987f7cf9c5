using System.Collections.Immutable;
using Weir.Records.Status;

namespace Weir.Center.Hosting;

/// <summary>The parts whose counters the status and the metrics show.</summary>
internal sealed class StatusSources(DateTimeOffset startedAt)
{
    private ImmutableArray<IStatusSource> _all = [];

    public DateTimeOffset StartedAt { get; } = startedAt;

    public ImmutableArray<IStatusSource> All => _all;

    public void Add(IStatusSource source) => ImmutableInterlocked.Update(ref _all, static (all, added) => all.Add(added), source);
}
