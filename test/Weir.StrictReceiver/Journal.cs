using System.Security.Cryptography;

namespace Weir.StrictReceiver;

/// <summary>
/// What was taken, in a file that outlives this process: one line <c>taken KEY HASH</c> and the messages after it, or
/// <c>repeat KEY</c>. A batch is written in one piece before it is acknowledged.
/// </summary>
public sealed class Journal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _known = [];
    private readonly FileStream _file;

    public Journal(string path)
    {
        if (File.Exists(path))
        {
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

    private void Write(string head, byte[] lines)
    {
        _file.Write([.. System.Text.Encoding.UTF8.GetBytes(head), .. lines]);
        _file.Flush(flushToDisk: true);
    }
}
