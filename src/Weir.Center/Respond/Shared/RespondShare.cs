using Weir.Center.Respond.Alerts;
using Weir.Center.Respond.Incidents;
using Weir.Center.Respond.RateLimits;
using Weir.Storage;

namespace Weir.Center.Respond.Shared;

/// <summary>
/// What the centers over one store know of each other's incidents, silences, limits and changes (docs/decisions/0025-one-response-of-several-centers.md).
/// Thread-safe, but for looks at leases.
/// </summary>
internal sealed class RespondShare
{
    private const string Kinds = "respond-";

    private readonly ISharedDocuments _store;
    private readonly string _self;
    private readonly Lock _turn = new();
    private readonly IReadOnlyList<Action<IReadOnlyList<DocumentMark>, CancellationToken>> _all;

    public RespondShare(ISharedDocuments store, RespondDocuments documents, RespondOptions options, TimeProvider time)
    {
        (_store, _self) = (store, documents.Center);
        var limits = options.Limits;
        Leases = new CenterLeases(store, documents.Center, options.Follow, time);
        Incidents = new FollowedDocuments<IncidentRecord>(store, documents, _turn, IncidentBook.Kind, limits.MaxIncidents);
        Changes = new FollowedDocuments<ChangeEntry>(store, documents, _turn, ChangeLog.Kind, limits.MaxChanges);
        var silences = new FollowedDocuments<Silence>(store, documents, _turn, SharedSilences.Kind, limits.MaxSilences, silence => silence.EndsAt > time.GetUtcNow());
        Silences = new SharedSilences(silences, documents.Center, limits);
        RateLimits = new FollowedDocuments<RateLimitRecord>(store, documents, _turn, RateLimitControl.Kind, limits.MaxRateLimits, static limit => limit.IsOpen);
        _all = [Incidents.Follow, Changes.Follow, silences.Follow, RateLimits.Follow];
    }

    public CenterLeases Leases { get; }

    public FollowedDocuments<IncidentRecord> Incidents { get; }

    public FollowedDocuments<ChangeEntry> Changes { get; }

    public SharedSilences Silences { get; }

    public FollowedDocuments<RateLimitRecord> RateLimits { get; }

    /// <summary>A document lies among this center's own.</summary>
    public bool IsOwn(DocumentPlace place) => place.Center == _self;

    /// <summary>Reads what others wrote since the last time.</summary>
    /// <exception cref="StoreException">The store can't be read; what was known stays.</exception>
    public void Follow(CancellationToken cancellation)
    {
        lock (_turn)
        {
            var marks = _store.DocumentMarks(Kinds, cancellation);
            foreach (var follow in _all) follow(marks, cancellation);
        }
    }
}
