using Weir.Linux.Native;

namespace Weir.Linux;

/// <summary>One live libpcap handle, read without blocking. Not thread-safe.</summary>
public sealed unsafe class PcapCapture : IDisposable
{
    private readonly PcapHandle _handle;
    private readonly string _device;
    private readonly bool _nanoseconds;

    /// <summary>Opens and activates the device in the calling thread's network namespace.</summary>
    /// <exception cref="LibpcapException">No such device, no permission, or libpcap is missing.</exception>
    public PcapCapture(PcapCaptureSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        PcapLibrary.Require("pcap_create");
        _device = settings.Device;
        var errors = stackalloc byte[Libpcap.PCAP_ERRBUF_SIZE];
        _handle = Libpcap.pcap_create(settings.Device, errors);
        if (_handle.IsInvalid) throw new LibpcapException($"pcap_create({_device})", Libpcap.Text(errors));
        try
        {
            // These fail only on an activated handle; a precision that is refused leaves microseconds.
            Libpcap.pcap_set_snaplen(_handle, settings.SnapLength);
            Libpcap.pcap_set_promisc(_handle, settings.Promiscuous ? 1 : 0);
            Libpcap.pcap_set_timeout(_handle, settings.TimeoutMs);
            Libpcap.pcap_set_buffer_size(_handle, settings.BufferBytes);
            Libpcap.pcap_set_tstamp_precision(_handle, Libpcap.PCAP_TSTAMP_PRECISION_NANO);
            Warning = Activate();
            _nanoseconds = Libpcap.pcap_get_tstamp_precision(_handle) == Libpcap.PCAP_TSTAMP_PRECISION_NANO;
            DataLink = Libpcap.pcap_datalink(_handle);
            if (Libpcap.pcap_setnonblock(_handle, 1, errors) < 0)
                throw new LibpcapException($"pcap_setnonblock({_device})", Libpcap.Text(errors));
            SelectableFd = OperatingSystem.IsWindows() ? -1 : Libpcap.pcap_get_selectable_fd(_handle);
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
    }

    /// <summary>DLT_ number of the frames.</summary>
    public int DataLink { get; }

    /// <summary>What pcap_activate had to say although it succeeded; null as a rule.</summary>
    public string? Warning { get; }

    /// <summary>Descriptor for <see cref="PollSet"/>; -1 where the platform has none and the reader must sleep instead.</summary>
    public int SelectableFd { get; }

    /// <exception cref="LibpcapException">The expression is wrong, with libpcap's own words.</exception>
    public void SetFilter(string expression)
    {
        Libpcap.bpf_program program;
        PcapLibrary.Compile(_handle, expression, &program);
        var result = Libpcap.pcap_setfilter(_handle, &program);
        Libpcap.pcap_freecode(&program);
        if (result < 0) throw LastError("pcap_setfilter");
    }

    /// <summary>Takes the next frame, valid until the next call; false when none is waiting.</summary>
    /// <exception cref="LibpcapException">The device went away.</exception>
    public bool TryRead(out PcapFrame frame)
    {
        byte* header;
        byte* data;
        var result = Libpcap.pcap_next_ex(_handle, &header, &data);
        if (result == 1)
        {
            frame = new PcapFrame(header, data, _nanoseconds);
            return true;
        }

        frame = default;
        return result is 0 or Libpcap.PCAP_ERROR_BREAK ? false : throw LastError("pcap_next_ex");
    }

    /// <summary>Frames dropped since the handle was opened, modulo 2³²: for want of buffer, and by the interface itself.</summary>
    public (uint Buffer, uint Interface) ReadDrops()
    {
        Libpcap.pcap_stat statistics;
        if (Libpcap.pcap_stats(_handle, &statistics) < 0) throw LastError("pcap_stats");
        return (statistics.ps_drop, statistics.ps_ifdrop);
    }

    public void Dispose() => _handle.Dispose();

    private string? Activate()
    {
        var status = Libpcap.pcap_activate(_handle);
        if (status == 0) return null;
        var reason = Libpcap.Text(Libpcap.pcap_statustostr(status));
        var detail = Libpcap.Text(Libpcap.pcap_geterr(_handle));
        var message = detail.Length == 0 ? reason : $"{reason}: {detail}";
        if (status > 0) return $"{_device}: {message}";
        throw new LibpcapException($"pcap_activate({_device})", message, Hint(status));
    }

    internal static string Hint(int status) => status switch
    {
        Libpcap.PCAP_ERROR_PERM_DENIED or Libpcap.PCAP_ERROR_PROMISC_PERM_DENIED => ErrnoHints.For("socket(AF_PACKET)", Errno.EPERM),
        Libpcap.PCAP_ERROR_IFACE_NOT_UP => "bring the interface up: `ip link set dev … up`",
        Libpcap.PCAP_ERROR_NO_SUCH_DEVICE => "list the devices with `ip link`",
        _ => "",
    };

    private LibpcapException LastError(string operation) =>
        new($"{operation}({_device})", Libpcap.Text(Libpcap.pcap_geterr(_handle)));
}
