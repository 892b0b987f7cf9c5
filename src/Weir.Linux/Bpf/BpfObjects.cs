namespace Weir.Linux.Bpf;

/// <summary>The compiled programs inside this assembly. A build without clang has none.</summary>
public static class BpfObjects
{
    public static bool IsCompiled(string name) =>
        typeof(BpfObjects).Assembly.GetManifestResourceInfo(ResourceOf(name)) is not null;

    /// <summary>Opens one of the objects of bpf/Makefile: <c>sockets</c>.</summary>
    /// <exception cref="BpfException">It was left out of this build, or libbpf can't read it.</exception>
    public static BpfObject Open(string name) => BpfObject.Open(Read(name), "weir_" + name);

    /// <summary>The ELF file.</summary>
    /// <exception cref="BpfException">It was left out of this build.</exception>
    public static byte[] Read(string name)
    {
        using var stream = typeof(BpfObjects).Assembly.GetManifestResourceStream(ResourceOf(name))
            ?? throw new BpfException("eBPF", 0, "this build of Weir has no kernel programs: it was made without clang and the headers of libbpf");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string ResourceOf(string name) => $"bpf.{name}.bpf.o";
}
