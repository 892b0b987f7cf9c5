using System.Security.Cryptography;
using System.Text;

namespace Weir.StrictReceiver;

/// <summary>
/// What was taken, in a file that outlives this process: one line <c>taken KEY HASH</c> and the messages after it, or
/// <c>repeat KEY</c>. A batch is written before it is acknowledged, and counts by the line <c>done</c> behind it: what a kill cut off is taken out again.
/// </summary>
public sealed class Journal : IDisposable
{
    private const string Done = "done\n";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _known = [];
    private readonly FileStream _file;

    public Journal(string path)
    {
        if (File.Exists(path))
        {
            CutTorn(path);
            foreach (var line in File.ReadLines(path).Where(line => line.StartsWith("taken ", StringComparison.Ordinal)))
                _known[line.Split(' ')[1]] = line.Split(' ')[2];
        }

        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    }

    /// <summary>Stores a batch once. What is wrong with it, or null.</summary>
    public string? Take(string key, byte[] lines)
    {
        var hash = Convert.ToHexString(SHA256.HashData(lines));
        lock (_gate)
        {
            if (_known.TryGetValue(key, out var before))
            {
                Write($"repeat {key}\n", []);
                return before == hash ? null : "another batch under a known Idempotency-Key";
            }

            _known[key] = hash;
            Write($"taken {key} {hash}\n", lines);
            return null;
        }
    }

    public void Refused(string reason)
    {
        lock (_gate) Write($"refused {reason}\n", []);
    }

    public void Dispose() => _file.Dispose();

    private static void CutTorn(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var last = bytes.AsSpan().LastIndexOf("\ndone\n"u8);
        file.SetLength(last < 0 ? 0 : last + 1 + Done.Length);
    }

    private void Write(string head, byte[] lines)
    {
        _file.Write([.. Encoding.UTF8.GetBytes(head), .. lines, .. Encoding.UTF8.GetBytes(Done)]);
        _file.Flush(flushToDisk: true);
    }
}
