namespace Weir.Streams;

/// <summary>Why bytes on the wire did not reach a handler.</summary>
internal enum StreamLoss
{
    Gaps,
    GapBytes,
    CutBytes,
    BufferLimitGaps,
    LateSegments,
    ImplausibleSegments,
    AfterEndSegments,
    ConnectionsEvicted,
}

/// <summary>
/// What was lost, by the interface that the connection was first seen on. Written by the thread that adds packets; any thread may
/// read.
/// </summary>
internal sealed class StreamLosses
{
    /// <summary>Interfaces told apart; what further ones lose is told without a name. A node has a device or two per pod.</summary>
    private const int MaxInterfaces = 1024;

    /// <summary>Names of <see cref="StreamLoss"/> in the ledger.</summary>
    private static readonly string[] s_names =
    [
        "stream_gaps", "stream_gap_bytes", "stream_cut_bytes", "stream_buffer_limit_gaps", "stream_late_segments",
        "stream_implausible_segments", "stream_after_end_segments", "stream_connections_evicted",
    ];

    private readonly long[] _all = new long[s_names.Length];
    private readonly long[] _elsewhere = new long[s_names.Length];
    private long[]?[] _byInterface = [];

    public void Count(Connection connection, StreamLoss loss, long amount = 1)
    {
        Add(_all, loss, amount);
        Add(connection.InterfaceId is >= 0 and < MaxInterfaces ? Of(connection.InterfaceId) : _elsewhere, loss, amount);
    }

    public long All(StreamLoss loss) => Volatile.Read(ref _all[(int)loss]);

    /// <summary>All interfaces together, every reason.</summary>
    public IEnumerable<KeyValuePair<string, long>> Sums()
    {
        for (var loss = 0; loss < s_names.Length; loss++) yield return new(s_names[loss], Volatile.Read(ref _all[loss]));
    }

    /// <summary>Every reason of each interface that lost something, and every reason at zero; -1 stands for no interface.</summary>
    public IEnumerable<(int InterfaceId, string Reason, long Count)> Read()
    {
        var byInterface = Volatile.Read(ref _byInterface);
        for (var loss = 0; loss < s_names.Length; loss++)
        {
            yield return (-1, s_names[loss], Volatile.Read(ref _elsewhere[loss]));
            for (var id = 0; id < byInterface.Length; id++)
            {
                if (byInterface[id] is { } counters && Volatile.Read(ref counters[loss]) is > 0 and var count) yield return (id, s_names[loss], count);
            }
        }
    }

    private static void Add(long[] counters, StreamLoss loss, long amount) =>
        Volatile.Write(ref counters[(int)loss], counters[(int)loss] + amount);

    private long[] Of(int interfaceId)
    {
        var byInterface = _byInterface;
        if (interfaceId >= byInterface.Length)
        {
            Array.Resize(ref byInterface, Math.Min(MaxInterfaces, Math.Max(8, 2 * (interfaceId + 1))));
            Volatile.Write(ref _byInterface, byInterface);
        }

        return byInterface[interfaceId] ??= new long[s_names.Length];
    }
}
