using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Linux.Native;

namespace Weir.Linux.Bpf;

/// <summary>Keeps the last warnings of libbpf, which say more than an errno, away from standard error.</summary>
internal static unsafe class LibbpfLog
{
    /// <summary>Lines kept. A refused program brings its verifier log, of which the end counts.</summary>
    private const int MaxLines = 40;

    /// <summary>Bytes of one message: libbpf asks the verifier for a log of 16 MiB at most. Memory that is not written to takes none.</summary>
    private const int MaxBytes = 17 << 20;

    /// <summary>Bytes of it that are looked at, from its end.</summary>
    private const int KeptBytes = 8 << 10;

    private static readonly Lock Gate = new();
    private static readonly Queue<string> Lines = new();

    /// <summary>Before the first call of libbpf; again does no harm.</summary>
    public static void Install() => Libbpf.libbpf_set_print(&Print);

    /// <summary>What came since the last call, oldest first, in one text.</summary>
    public static string Recent()
    {
        lock (Gate)
        {
            var text = string.Join(" | ", Lines);
            Lines.Clear();
            return text;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Print(int level, byte* format, void* arguments)
    {
        // Warnings are 0; more would be thousands of lines.
        if (level > 0) return 0;
        var text = (byte*)NativeMemory.Alloc(MaxBytes);
        var length = Math.Min(Libbpf.vsnprintf(text, MaxBytes, format, arguments), MaxBytes - 1);
        var kept = Math.Min(Math.Max(length, 0), KeptBytes);
        var lines = Encoding.UTF8.GetString(text + Math.Max(length, 0) - kept, kept);
        NativeMemory.Free(text);
        lock (Gate)
        {
            foreach (var part in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (Lines.Count == MaxLines) Lines.Dequeue();
                Lines.Enqueue(part);
            }
        }

        return 0;
    }
}
