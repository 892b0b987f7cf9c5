namespace Weir.Linux;

/// <summary>How a ring's memory is divided. A block must hold the largest frame, or the kernel cuts it.</summary>
/// <param name="BlockBytes">A power of two, at least <see cref="MinBlockBytes"/>.</param>
/// <param name="BlockCount">At least 2: one is filled while the other is read.</param>
public readonly record struct RingGeometry(int BlockBytes, int BlockCount)
{
    /// <summary>Loopback and veth hand over segmentation-offload frames of up to 64 KiB and headers; this holds one.</summary>
    public const int MinBlockBytes = 128 << 10;

    /// <summary>
    /// The kernel hands over a block when its time has passed (10 ms), however little is in it: where little happens a ring lasts as long
    /// as it has blocks, not bytes. 128 of them outlast the pauses of a reader on a busy node (1.3 s).
    /// </summary>
    private const int LastingBlocks = 128;

    /// <summary>Blocks are not made smaller than this for more of them: three frames of segmentation offload fit, where 128 KiB hold one.</summary>
    private const int MinLastingBlockBytes = 256 << 10;

    /// <summary>1 MiB is an order-8 page allocation, about the largest a busy node still finds.</summary>
    public const int MaxBlockBytes = 1 << 20;

    public const int MinBytes = 2 * MinBlockBytes;

    public long Bytes => (long)BlockBytes * BlockCount;

    /// <summary>The largest blocks of which there are enough to last, or at least four, within <paramref name="bytes"/>.</summary>
    public static RingGeometry ForBytes(long bytes)
    {
        var block = MaxBlockBytes;
        while (block > MinLastingBlockBytes && bytes / block < LastingBlocks) block /= 2;
        while (block > MinBlockBytes && bytes / block < 4) block /= 2;
        return new RingGeometry(block, (int)Math.Clamp(bytes / block, 2, int.MaxValue / 1024));
    }

    /// <summary>The same memory in blocks of half the size, for nodes whose memory is fragmented.</summary>
    public bool TryHalveBlocks(out RingGeometry smaller)
    {
        smaller = new RingGeometry(BlockBytes / 2, BlockCount * 2);
        return smaller.BlockBytes >= MinBlockBytes;
    }
}
