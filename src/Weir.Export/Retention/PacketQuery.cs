using Weir.Packets;
using Weir.Records;

namespace Weir.Export.Retention;

/// <summary>Which kept frames are wanted.</summary>
public sealed record PacketQuery
{
    /// <summary>Earliest frame, Unix nanoseconds. Not looked at where connections are named: those come whole.</summary>
    public long FromNs { get; init; } = long.MinValue;

    /// <summary>Latest frame, exclusive; as above.</summary>
    public long ToNs { get; init; } = long.MaxValue;

    /// <summary>Only these; null takes all frames.</summary>
    public IReadOnlyList<WantedConnection>? Connections { get; init; }

    /// <summary>Only packets that one of these is an end of; empty takes all.</summary>
    public IReadOnlyList<System.Net.IPNetwork> Hosts { get; init; } = [];

    /// <summary>Only packets for which it is true of their two ports; null takes all.</summary>
    public Func<ushort, ushort, bool>? Ports { get; init; }

    /// <summary>Bytes of frames after which no more come.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;
}

/// <summary>A connection by its ends and the time of a call on it, which tells it from others on the same ports.</summary>
/// <param name="Client">One end.</param>
/// <param name="ClientPort">Its port.</param>
/// <param name="Server">The other.</param>
/// <param name="ServerPort">Its port.</param>
/// <param name="FirstNs">First byte of the call, Unix nanoseconds.</param>
/// <param name="LastNs">Last byte of it.</param>
public readonly record struct WantedConnection(IpAddress Client, ushort ClientPort, IpAddress Server, ushort ServerPort, long FirstNs, long LastNs)
{
    public static WantedConnection Of(Exchange exchange) => new(
        exchange.Client.Ip, exchange.Client.Port, exchange.Server.Ip, exchange.Server.Port, exchange.StartedAtNs,
        Math.Max(exchange.StartedAtNs, Math.Max(exchange.Request.LastByteNs, exchange.Response.LastByteNs)));
}

/// <summary>What came of a query.</summary>
/// <param name="Frames">Written.</param>
/// <param name="Bytes">Of them.</param>
/// <param name="Connections">Of those wanted, how many had frames; 0 where none were named.</param>
/// <param name="SegmentsRead">Files that were looked into.</param>
/// <param name="Segments">Files that there are.</param>
/// <param name="IsCut">There are more, beyond the size that was asked for.</param>
/// <param name="Notes">What could not be read, in words.</param>
public sealed record PacketAnswer(long Frames, long Bytes, int Connections, int SegmentsRead, int Segments, bool IsCut, IReadOnlyList<string> Notes);
