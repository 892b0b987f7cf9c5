using System.Numerics;

namespace Weir.Flows.Metering;

/// <summary>
/// Recognises a TCP segment that was seen before, as the corrected fork does (same numbers, length and window), in bounded memory: a
/// segment that another one overwrote is forgotten.
/// </summary>
internal sealed class SegmentMemory
{
    private readonly ulong[] _seen;

    public SegmentMemory(int entries) => _seen = new ulong[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(entries, 1, 1 << 28))];

    /// <summary>True when the same was asked before for the same <paramref name="epoch"/>.</summary>
    public bool WasSeen(ulong epoch, bool forward, in FlowPacket packet)
    {
        var numbers = ((ulong)packet.Sequence << 32) | packet.Acknowledgment;
        var rest = ((ulong)(uint)packet.PayloadBytes << 32) | ((ulong)packet.Window << 16) | (forward ? 1UL : 0);
        var mark = Fold(Fold(numbers ^ 0x9E37_79B9_7F4A_7C15, rest ^ 0xD6E8_FEB8_6659_FD93) ^ epoch, 0xE703_7ED1_A0B4_28DB) | 1;
        ref var place = ref _seen[(mark >> 8) & (uint)(_seen.Length - 1)];
        if (place == mark) return true;
        place = mark;
        return false;
    }

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
