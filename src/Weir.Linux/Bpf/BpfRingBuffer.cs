using Weir.Linux.Native;

namespace Weir.Linux.Bpf;

/// <summary>
/// Reads a BPF ring buffer where it lies (kernel/bpf/ringbuf.c): no call of libbpf, no copy. The programs never wake the reader
/// (BPF_RB_NO_WAKEUP); it looks by itself every few milliseconds, which costs a tenth of being woken for each event. One thread.
/// </summary>
/// <remarks>
/// <code>
/// offset 0            consumer page, writable: position up to which was read (u64)
/// offset page         producer page, read-only: position up to which was reserved (u64)
/// offset 2 × page     data, mapped twice in a row, so that no record is cut at the end
/// record              u32 length | busy (bit 31) | discarded (bit 30), u32 page offset, data, to the next multiple of 8
/// </code>
/// </remarks>
public sealed unsafe class BpfRingBuffer : IDisposable
{
    /// <summary>Milliseconds between two looks at the ring that suit both latency and cost.</summary>
    public const int PollIntervalMs = 10;

    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private const int HeaderBytes = 8;

    /// <summary>Read bytes after which the kernel may use the room again, without waiting for the end of the drain.</summary>
    private const ulong ReleaseBytes = 256 << 10;

    private readonly MemoryMapping _producer;
    private readonly MemoryMapping _consumer;
    private readonly ulong _mask;
    private ulong _position;
    private ulong _released;

    /// <summary>Maps the ring of a loaded object.</summary>
    /// <exception cref="LinuxException">No address space, or the map is no ring buffer.</exception>
    public BpfRingBuffer(BpfMap map)
    {
        var page = (nuint)Environment.SystemPageSize;
        SizeBytes = map.MaxEntries;
        _mask = (ulong)SizeBytes - 1;
        _consumer = new MemoryMapping(map.Fd, page, Libc.PROT_READ_WRITE, 0, "mmap(BPF_MAP_TYPE_RINGBUF)");
        _producer = new MemoryMapping(
            map.Fd, page + (2 * (nuint)SizeBytes), Libc.PROT_READ, (nint)page, "mmap(BPF_MAP_TYPE_RINGBUF)");
        Data = _producer.Start + page;
        Fd = map.Fd;
        _position = _released = Volatile.Read(ref *(ulong*)_consumer.Start);
    }

    /// <summary>Size of the data, bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>Bytes that are waiting, reserved ones included.</summary>
    public long PendingBytes => (long)(Volatile.Read(ref *(ulong*)_producer.Start) - _position);

    /// <summary>The map's, for poll(2); open as long as its object is.</summary>
    internal int Fd { get; }

    private byte* Data { get; }

    /// <summary>
    /// The next event, or false when there is none: the ring is empty, or a program on another CPU is still writing. The bytes are
    /// valid until the next call; call <see cref="Release"/> when done for now.
    /// </summary>
    public bool TryRead(out ReadOnlySpan<byte> record)
    {
        var end = Volatile.Read(ref *(ulong*)_producer.Start);
        if (_position - _released >= ReleaseBytes) Release();
        while (_position < end)
        {
            var header = Volatile.Read(ref *(uint*)(Data + (_position & _mask)));
            if ((header & Busy) != 0) break;
            var length = header & ~(Busy | Discarded);
            var start = Data + (_position & _mask) + HeaderBytes;
            _position += (length + HeaderBytes + 7) & ~7UL;
            if ((header & Discarded) != 0) continue;
            record = new ReadOnlySpan<byte>(start, (int)length);
            return true;
        }

        record = default;
        return false;
    }

    /// <summary>Gives the room of everything that was read back to the kernel.</summary>
    public void Release()
    {
        _released = _position;
        Volatile.Write(ref *(ulong*)_consumer.Start, _position);
    }

    public void Dispose()
    {
        _producer.Dispose();
        _consumer.Dispose();
    }
}
