using System.Runtime.InteropServices;
using Weir.Linux.Native;

namespace Weir.Linux.Bpf;

/// <summary>
/// A compiled BPF object: opened from memory, adjusted (which programs, sizes, read-only data), loaded, attached. Disposing it
/// unloads what no link holds. Not thread-safe before it is loaded.
/// </summary>
public sealed unsafe class BpfObject : IDisposable
{
    private readonly BpfObjectHandle _handle;
    private readonly Dictionary<string, BpfProgram> _programs = [];
    private readonly Dictionary<string, BpfMap> _maps = [];

    private BpfObject(BpfObjectHandle handle)
    {
        _handle = handle;
        for (var program = Libbpf.bpf_object__next_program(handle, 0); program != 0; program = Libbpf.bpf_object__next_program(handle, program))
        {
            var one = new BpfProgram(this, program);
            _programs.Add(one.Name, one);
        }

        for (var map = Libbpf.bpf_object__next_map(handle, 0); map != 0; map = Libbpf.bpf_object__next_map(handle, map))
        {
            var one = new BpfMap(this, map);
            _maps[one.Name] = one;
        }
    }

    public IReadOnlyCollection<BpfProgram> Programs => _programs.Values;

    public IReadOnlyCollection<BpfMap> Maps => _maps.Values;

    public bool IsLoaded { get; private set; }

    /// <summary>Reads an object file.</summary>
    /// <param name="elf">The file as the compiler wrote it; copied.</param>
    /// <param name="name">Of the object, at most 15 characters; shown by bpftool.</param>
    /// <exception cref="BpfException">libbpf is missing, or this is no BPF object.</exception>
    public static BpfObject Open(ReadOnlySpan<byte> elf, string name)
    {
        BpfLibrary.Require();
        var label = Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            var options = new Libbpf.bpf_object_open_opts
            {
                sz = (nuint)sizeof(Libbpf.bpf_object_open_opts),
                object_name = (byte*)label,
            };
            fixed (byte* start = elf)
            {
                var pointer = Libbpf.bpf_object__open_mem(start, (nuint)elf.Length, &options);
                if (pointer == 0) throw new BpfException($"bpf_object__open({name})", Marshal.GetLastPInvokeError(), LibbpfLog.Recent());
                return new BpfObject(new BpfObjectHandle(pointer));
            }
        }
        finally
        {
            Marshal.FreeCoTaskMem(label);
        }
    }

    /// <exception cref="KeyNotFoundException">The object has no such program: object and loader do not belong together.</exception>
    public BpfProgram Program(string name) => _programs[name];

    /// <exception cref="KeyNotFoundException">As of <see cref="Program"/>.</exception>
    public BpfMap Map(string name) => _maps[name];

    /// <summary>The map that holds a kind of data by the end of its name (<c>.rodata</c>): libbpf puts the object's name before it.</summary>
    public BpfMap DataMap(string suffix) => _maps.Values.First(map => map.Name.EndsWith(suffix, StringComparison.Ordinal));

    /// <summary>
    /// The object's read-only data, to be written before it is loaded. It begins with the version of the contract: an object that was compiled for
    /// another one is not used.
    /// </summary>
    /// <exception cref="BpfException">The object is of another contract.</exception>
    public ref T Configuration<T>()
        where T : unmanaged
    {
        var data = DataMap(".rodata").InitialValue();
        var version = MemoryMarshal.Read<uint>(data);
        if (version != ProgramConfig.ContractVersion)
            throw new BpfException("eBPF", 0, $"the kernel programs are of contract {version}, Weir is of {ProgramConfig.ContractVersion}");
        return ref MemoryMarshal.AsRef<T>(data);
    }

    /// <summary>Creates the maps and hands the programs to the verifier.</summary>
    /// <exception cref="BpfException">A capability is missing or the verifier refuses; the message has the end of its log.</exception>
    public void Load()
    {
        Check();
        var result = Libbpf.bpf_object__load(_handle);
        if (result < 0) throw new BpfException("bpf_object__load", -result, LibbpfLog.Recent());
        IsLoaded = true;
    }

    public void Dispose() => _handle.Dispose();

    internal void Check() => ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
}
