namespace Weir.Export.Spool;

/// <summary>How an output makes batches and where they wait.</summary>
/// <param name="Kind">First part of the directory's name.</param>
/// <param name="Root">Directory below which undelivered batches are kept.</param>
/// <param name="Destination">What is kept apart from other destinations.</param>
/// <param name="Limits">What may wait.</param>
/// <param name="BundleBytes">Bytes of messages, before compression, after which a batch is sent.</param>
/// <param name="BundleTime">How long a message may wait for others.</param>
/// <param name="Compress">Packs batches as zlib streams.</param>
internal sealed record SpoolingOptions(
    string Kind, string Root, string Destination, SpoolLimits Limits, int BundleBytes, TimeSpan BundleTime, bool Compress)
{
    /// <summary>Messages are made and forgotten.</summary>
    public bool Discard { get; init; }

    /// <summary>Holds back the caller while there is no room, instead of dropping, until <see cref="Stop"/>.</summary>
    public bool WaitForRoom { get; init; }

    public CancellationToken Stop { get; init; }

    /// <summary>How long the end waits while nothing is taken.</summary>
    public TimeSpan DrainTime { get; init; } = BatchSender.ShortDrain;

    /// <summary>How long a batch waits for the receiver that it is bound to; null for ever.</summary>
    public TimeSpan? BondAge { get; init; }

    public Action<string> Tell { get; init; } = static _ => { };
}
