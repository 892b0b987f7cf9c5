using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Linux.Native;

/// <summary>Finds the optional native libraries under the names that distributions give them.</summary>
internal static class NativeLibraries
{
    private static readonly Dictionary<string, string[]> Candidates = new()
    {
        // Debian's package is libpcap0.8 with that soname; others ship libpcap.so.1. macOS has its own in /usr/lib (in the shared
        // cache, so the path works though no file is there). Npcap installs beside, not into, the system folder.
        ["libpcap"] =
        [
            "libpcap.so.1", "libpcap.so.0.8", "libpcap.so", "/usr/lib/libpcap.dylib", "libpcap.dylib",
            Path.Combine(Environment.SystemDirectory, "Npcap", "wpcap.dll"), "wpcap.dll",
        ],
        ["libbpf"] = ["libbpf.so.1"],
    };

    /// <summary>Resolves names before the first native call; an assembly can have one resolver only, hence the table.</summary>
#pragma warning disable CA2255 // A module initializer is the one place that runs before every P/Invoke of this assembly.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);

    public static bool IsAvailable(string library) => TryLoad(library, typeof(NativeLibraries).Assembly, out _);

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? path) =>
        TryLoad(library, assembly, out var handle) ? handle : 0;

    private static bool TryLoad(string library, Assembly assembly, out nint handle)
    {
        handle = 0;
        if (!Candidates.TryGetValue(library, out var names)) return false;
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, assembly, null, out handle)) return true;
        }

        return false;
    }
}
