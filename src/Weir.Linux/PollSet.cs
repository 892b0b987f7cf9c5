using System.Runtime.InteropServices;
using Weir.Linux.Native;

namespace Weir.Linux;

/// <summary>
/// A poll(2) set that is built once and waited on often, without allocation. Members must stay open while they are in it.
/// </summary>
public sealed unsafe class PollSet
{
    private Libc.pollfd[] _entries = new Libc.pollfd[8];

    public int Count { get; private set; }

    public void Reset() => Count = 0;

    public int Add(WakeEvent wake) => Add(wake.Fd.Number);

    /// <summary>A ring whose programs wake its reader.</summary>
    public int Add(Bpf.BpfRingBuffer ring) => Add(ring.Fd);

    public int Add(LinkMonitor links) => Add(links.EventFd.Number);

    public int Add(PacketRing ring) => Add(ring.Fd.Number);

    public int Add(PcapCapture capture) => Add(capture.SelectableFd);

    public int Add(DatagramSocket socket) => Add(socket.Fd.Number);

    /// <summary>True when the member has data or an error to report since the last <see cref="Wait"/>.</summary>
    public bool IsReady(int member) => _entries[member].revents != 0;

    /// <summary>True when the member is a socket with a pending error (its interface went down).</summary>
    public bool HasError(int member) => (_entries[member].revents & Libc.POLLERR) != 0;

    /// <summary>Waits for any member; returns how many are ready, 0 on timeout or when a signal came first.</summary>
    public int Wait(int timeoutMs)
    {
        fixed (Libc.pollfd* entries = _entries)
        {
            var ready = Libc.poll(entries, (ulong)Count, timeoutMs);
            if (ready >= 0) return ready;
        }

        if (Marshal.GetLastPInvokeError() != Errno.EINTR) throw LinuxException.Last("poll");
        for (var i = 0; i < Count; i++) _entries[i].revents = 0;
        return 0;
    }

    private int Add(int fd)
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
        _entries[Count] = new Libc.pollfd { fd = fd, events = Libc.POLLIN };
        return Count++;
    }
}
