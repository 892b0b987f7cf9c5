using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Weir.Rpc;

/// <summary>
/// Names and values beside the messages of a call. Names are lower-case letters, digits, <c>-</c>, <c>_</c> and <c>.</c>; a value is
/// printable ASCII, or bytes where the name ends in <c>-bin</c>. Order is kept, a name may come several times.
/// </summary>
public sealed class RpcMetadata : IEnumerable<KeyValuePair<string, byte[]>>
{
    private const string BinarySuffix = "-bin";

    private readonly List<KeyValuePair<string, byte[]>> _entries = [];

    public int Count => _entries.Count;

    public static bool IsBinary(string name) => name.EndsWith(BinarySuffix, StringComparison.Ordinal);

    /// <exception cref="ArgumentException">The name or the value has characters that the wire does not take.</exception>
    public void Add(string name, string value)
    {
        if (IsBinary(name)) throw new ArgumentException($"{name} takes bytes", nameof(name));
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~')) throw new ArgumentException($"the value of {name} is not printable ASCII", nameof(value));
        Append(name, Encoding.ASCII.GetBytes(value));
    }

    /// <exception cref="ArgumentException">The name does not end in <c>-bin</c>, or has characters that the wire does not take.</exception>
    public void Add(string name, byte[] value)
    {
        if (!IsBinary(name)) throw new ArgumentException($"{name} takes text", nameof(name));
        Append(name, value);
    }

    /// <summary>The last text of that name; null without.</summary>
    public string? Text(string name) => Find(name) is { } value ? Encoding.ASCII.GetString(value) : null;

    /// <summary>The last bytes of that name; null without.</summary>
    public byte[]? Bytes(string name) => Find(name);

    public IEnumerator<KeyValuePair<string, byte[]>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static bool IsName([NotNullWhen(true)] string? name)
    {
        if (string.IsNullOrEmpty(name)) return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_' or '.')) return false;
        return true;
    }

    private void Append(string name, byte[] value)
    {
        if (!IsName(name)) throw new ArgumentException($"'{name}' is no name of metadata", nameof(name));
        if (name.StartsWith("grpc-", StringComparison.Ordinal)) throw new ArgumentException($"{name} belongs to the protocol", nameof(name));
        _entries.Add(new(name, value));
    }

    private byte[]? Find(string name)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
            if (_entries[i].Key == name) return _entries[i].Value;
        return null;
    }
}
