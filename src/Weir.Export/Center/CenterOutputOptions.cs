using Weir.Export.Retention;
using Weir.Export.Spool;
using Weir.Records.Status;
using Weir.Rpc.Client;

namespace Weir.Export.Center;

/// <summary>Which centers take exchanges, and what may be kept until they did.</summary>
public sealed record CenterOutputOptions
{
    /// <summary>Names this probe at its centers.</summary>
    public required string Probe { get; init; }

    public required IReadOnlyList<CenterAddress> Centers { get; init; }

    /// <summary>Proves to centers who sends; null where a certificate does.</summary>
    public string? Token { get; init; }

    /// <summary>How to connect; its <c>Tls</c> null sends in the clear.</summary>
    public RpcChannelOptions Channel { get; init; } = new();

    /// <summary>Directory below which undelivered batches are kept.</summary>
    public required string SpoolRoot { get; init; }

    public SpoolLimits Spool { get; init; } = SpoolLimits.Default;

    /// <summary>Bytes of records, before compression, after which a batch leaves. 1 MiB: hundreds of calls for one receipt.</summary>
    public int BundleBytes { get; init; } = 1 << 20;

    /// <summary>How long a call may wait for others.</summary>
    public TimeSpan BundleTime { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a batch that a center may have stored, though its receipt did not come, waits for that center's store; then any
    /// center may have it, and it may be stored twice.
    /// </summary>
    public TimeSpan BondAge { get; init; } = TimeSpan.FromMinutes(30);

    public TimeSpan DrainTime { get; init; } = BatchSender.ShortDrain;

    /// <summary>The user wants to end.</summary>
    public CancellationToken Stop { get; init; }

    public LinkTimes Times { get; init; } = new();

    /// <summary>Raw packets that centers may ask for; null when none are kept.</summary>
    public KeptPackets? Packets { get; init; }

    /// <summary>Takes what the user should know: an outage, its end, what is left.</summary>
    public Action<string> Tell { get; init; } = static _ => { };
}

/// <summary>When a link to a center does what.</summary>
/// <param name="FirstMs">Milliseconds before the second attempt to connect; each further wait is twice as long.</param>
/// <param name="MaxMs">The longest wait between two attempts, in milliseconds. 10 s: a center that is back is found soon.</param>
/// <param name="Beat">Between two reports of the probe's state.</param>
/// <param name="Answer">How long a center may take to answer a greeting or a batch; then the link is made anew.</param>
/// <param name="Busy">How long a center that said it is busy is left alone.</param>
public sealed record LinkTimes(int FirstMs, int MaxMs, TimeSpan Beat, TimeSpan Answer, TimeSpan Busy)
{
    public LinkTimes()
        : this(200, 10_000, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1))
    {
    }
}

/// <summary>What a probe tells its centers of itself.</summary>
/// <param name="Captured">Exchanges that matched.</param>
/// <param name="Losses">Its loss ledger.</param>
/// <param name="Opaque">Encrypted connections of which nothing can be read, by pod and process.</param>
public sealed record ProbeState(long Captured, IReadOnlyList<Loss> Losses, IReadOnlyDictionary<string, long>? Opaque = null)
{
    public static ProbeState None { get; } = new(0, []);
}
