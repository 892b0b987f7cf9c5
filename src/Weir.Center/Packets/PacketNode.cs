using Weir.Export.Retention;

namespace Weir.Center.Packets;

/// <summary>A node that keeps raw packets: this process, or a probe that is connected.</summary>
internal abstract class PacketNode(string name)
{
    /// <summary>As on the record of its calls.</summary>
    public string Name { get; } = name;

    /// <summary>What it keeps, as far as that is known.</summary>
    public abstract RetentionState? State { get; }

    /// <summary>Hands on a section of pcapng as it comes.</summary>
    /// <exception cref="PacketNodeException">It can't, or no longer; the message says why.</exception>
    public abstract Task<PacketAnswer> Send(PacketQuery query, Func<ReadOnlyMemory<byte>, ValueTask> send, PacketLimits limits, CancellationToken cancellation);
}

/// <summary>A node did not give the packets that it was asked for.</summary>
internal sealed class PacketNodeException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>This process.</summary>
internal sealed class LocalPacketNode(string name, KeptPackets kept) : PacketNode(name)
{
    public override RetentionState State => kept.State;

    public override async Task<PacketAnswer> Send(PacketQuery query, Func<ReadOnlyMemory<byte>, ValueTask> send, PacketLimits limits, CancellationToken cancellation)
    {
        try
        {
            return await kept.Send(query, send, cancellation) ?? throw new PacketNodeException($"{Name} answers others just now: try again");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PacketNodeException($"{Name}: {failure.Message}", failure);
        }
    }
}
