namespace Weir.Center.Packets;

/// <summary>Bounds of a download of raw packets; each user has one at a time.</summary>
/// <param name="MaxBytes">Bytes of packets; then the file ends, and says so. 256 MiB: what Wireshark opens at ease.</param>
/// <param name="MaxTime">How long it may take. 10 min: 256 MiB at 4 Mbit/s.</param>
/// <param name="MaxCalls">Matching calls whose connections are asked for; more are refused. 10 000: as many as other files take, and one message to a probe.</param>
/// <param name="AnswerTime">How long a probe may take until its first packet. 30 s: it may have to read its whole folder.</param>
public sealed record PacketLimits(long MaxBytes, TimeSpan MaxTime, int MaxCalls, TimeSpan AnswerTime)
{
    public static PacketLimits Default { get; } = new(256L << 20, TimeSpan.FromMinutes(10), 10_000, TimeSpan.FromSeconds(30));
}
