using System.Runtime.InteropServices;
using Weir.Linux.Native;

namespace Weir.Linux.Bpf;

/// <summary>One program of a <see cref="BpfObject"/>; valid as long as that is.</summary>
public sealed unsafe class BpfProgram
{
    private readonly BpfObject _owner;
    private readonly nint _program;

    internal BpfProgram(BpfObject owner, nint program)
    {
        (_owner, _program) = (owner, program);
        Name = Marshal.PtrToStringUTF8((nint)Libbpf.bpf_program__name(program)) ?? "";
        Section = Marshal.PtrToStringUTF8((nint)Libbpf.bpf_program__section_name(program)) ?? "";
    }

    public string Name { get; }

    /// <summary>What it attaches to by itself, as in its SEC(): <c>tp_btf/sock_send_length</c>.</summary>
    public string Section { get; }

    /// <summary>Only before <see cref="BpfObject.Load"/>: programs that are not wanted are neither verified nor loaded.</summary>
    public void SetLoaded(bool load)
    {
        _owner.Check();
        var result = Libbpf.bpf_program__set_autoload(_program, load ? (byte)1 : (byte)0);
        if (result < 0) throw new BpfException($"bpf_program__set_autoload({Name})", -result, "");
    }

    /// <summary>Attaches where its section says.</summary>
    /// <exception cref="BpfException">The place does not exist in this kernel, or a capability is missing.</exception>
    public BpfLink Attach()
    {
        _owner.Check();
        return Own(Libbpf.bpf_program__attach(_program), $"attach({Section})");
    }

    /// <summary>Attaches a uprobe at an offset in a file, for all processes that map it.</summary>
    /// <param name="path">Of an ELF file; <c>/proc/PID/map_files/START-END</c> also reaches one that was deleted.</param>
    /// <param name="offset">In the file, bytes; or added to the function's when that is given.</param>
    /// <param name="function">Exported symbol; null takes the offset as it is.</param>
    /// <param name="onReturn">When the function returns instead of when it is called.</param>
    /// <param name="cookie">What the program reads by bpf_get_attach_cookie (Linux 5.15).</param>
    /// <param name="pid">One process; -1 for all.</param>
    /// <exception cref="BpfException">No such file or symbol, or a capability is missing.</exception>
    public BpfLink AttachUprobe(string path, ulong offset, string? function, bool onReturn, ulong cookie = 0, int pid = -1)
    {
        _owner.Check();
        var name = function is null ? 0 : Marshal.StringToCoTaskMemUTF8(function);
        try
        {
            var options = new Libbpf.bpf_uprobe_opts
            {
                sz = (nuint)sizeof(Libbpf.bpf_uprobe_opts),
                bpf_cookie = cookie,
                retprobe = onReturn ? (byte)1 : (byte)0,
                func_name = (byte*)name,
            };
            var link = Libbpf.bpf_program__attach_uprobe_opts(_program, pid, path, (nuint)offset, &options);
            return Own(link, $"attach({(onReturn ? "uretprobe" : "uprobe")}/{path}:{function ?? $"0x{offset:x}"})");
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    internal int Fd
    {
        get
        {
            _owner.Check();
            return Libbpf.bpf_program__fd(_program);
        }
    }

    private BpfLink Own(nint link, string operation)
    {
        if (link != 0) return new BpfLink(new BpfLinkHandle(link), Name);
        throw new BpfException(operation, Marshal.GetLastPInvokeError(), LibbpfLog.Recent());
    }
}
