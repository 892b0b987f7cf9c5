using System.Globalization;

namespace Weir.Export.Apisec;

/// <summary>
/// What was delivered, on disk: a line of 16 hexadecimal digits each, added before anything else happens, so that neither a restart nor a
/// crash sends it again. Bounded: of too many the older half is forgotten, and the platform is asked whether it has them.
/// </summary>
internal sealed class DeliveredKeys : IDisposable
{
    private const int LineBytes = 17;

    private readonly HashSet<ulong> _keys = [];
    private readonly int _max;
    private readonly string _path;
    private readonly Action<string> _tell;
    private FileStream _file;
    private bool _refused;

    /// <exception cref="IOException">The file cannot be used.</exception>
    public DeliveredKeys(string path, int max, Action<string> tell)
    {
        (_path, _max, _tell) = (path, max, tell);
        if (File.Exists(path))
        {
            foreach (var line in File.ReadLines(path))
                if (line.Length == LineBytes - 1 && ulong.TryParse(line, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var key)) _keys.Add(key);
        }

        _file = Open();
        Shrink();
    }

    public int Count => _keys.Count;

    public bool Contains(ulong key) => _keys.Contains(key);

    public void Add(ulong key)
    {
        if (!_keys.Add(key)) return;
        Write(key);
        Shrink();
    }

    public void Dispose() => _file.Dispose();

    private FileStream Open() => new(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    private void Write(ulong key)
    {
        Span<byte> line = stackalloc byte[LineBytes];
        key.TryFormat(line, out _, "x16", CultureInfo.InvariantCulture);
        line[^1] = (byte)'\n';
        try
        {
            _file.Write(line);
            _file.Flush(flushToDisk: true);
        }
        catch (IOException failure)
        {
            if (!_refused) _tell($"apisec: cannot write {_path}: {failure.Message}; after a restart the platform is asked what it has");
            _refused = true;
        }
    }

    /// <summary>A set keeps no order, but of keys never removed it does (.NET): the first are the oldest.</summary>
    private void Shrink()
    {
        if (_keys.Count <= _max) return;
        var kept = _keys.Skip(_keys.Count - (_max / 2)).ToList();
        _keys.Clear();
        _keys.UnionWith(kept);
        _file.Dispose();
        File.WriteAllLines(_path + ".tmp", kept.Select(key => key.ToString("x16", CultureInfo.InvariantCulture)));
        File.Move(_path + ".tmp", _path, overwrite: true);
        _file = Open();
    }
}
