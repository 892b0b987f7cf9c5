using Weir.Packets;

namespace Weir.Probe;

/// <summary>The pcapng file that the recorders of all workers write to, the packets of one exchange at a time.</summary>
public sealed class PacketFile(PcapNgWriter writer)
{
    private readonly Lock _gate = new();

    /// <summary>Keeps other workers out until it is disposed, so that their packets do not come between.</summary>
    public Lock.Scope Begin() => _gate.EnterScope();

    /// <summary>Only after <see cref="Begin"/>.</summary>
    public void Write(in Frame frame) => writer.Write(in frame);

    public void Flush()
    {
        lock (_gate) writer.Flush();
    }
}
