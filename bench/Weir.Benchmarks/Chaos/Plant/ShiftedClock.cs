using System.Buffers.Binary;
using Weir.EndToEnd.Tests.Support;

namespace Weir.Benchmarks.Chaos.Plant;

/// <summary>The wall clock of one process, which jumps while it runs: clock.c, told by eight bytes of a file.</summary>
internal sealed class ShiftedClock(string library, string file)
{
    private static readonly string[] s_compilers = ["cc", "clang", "gcc"];

    public static string? Missing => Compiler is null ? "no C compiler is there for clock.c" : null;

    private static string? Compiler => s_compilers.FirstOrDefault(Child.Exists);

    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string> { ["LD_PRELOAD"] = library, ["WEIR_CHAOS_CLOCK"] = file };

    public static async Task<string?> Compile(string folder)
    {
        if (Compiler is not { } compiler) return null;
        var library = Path.Combine(folder, "clock.so");
        await Child.Output(compiler, "-shared", "-fPIC", "-O2", "-o", library, Path.Combine(AppContext.BaseDirectory, "Chaos/clock.c"), "-ldl");
        return library;
    }

    public void Shift(TimeSpan by)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, by.Ticks * 100);
        // In place: the process has the file mapped.
        using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        stream.Write(bytes);
    }
}
