using System.Buffers;
using System.Text.Json;

namespace Weir.Records;

/// <summary>Labels of a pod. Immutable, and shared by every record of the pod; rendered once, so that a record copies bytes.</summary>
public sealed class PeerLabels
{
    private readonly KeyValuePair<string, string>[] _labels;
    private readonly byte[] _json;

    /// <param name="labels">Each key once.</param>
    public PeerLabels(IEnumerable<KeyValuePair<string, string>> labels)
    {
        _labels = [.. labels];
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (key, value) in _labels) json.WriteString(key, value);
            json.WriteEndObject();
        }

        _json = buffer.WrittenSpan.ToArray();
    }

    public int Count => _labels.Length;

    public IReadOnlyList<KeyValuePair<string, string>> All => _labels;

    /// <summary>One JSON object.</summary>
    public ReadOnlySpan<byte> Json => _json;

    /// <summary>The value of a label; null without. Allocates nothing.</summary>
    /// <param name="key">In any case: filters have map keys in lower case.</param>
    public string? Find(ReadOnlySpan<char> key)
    {
        foreach (var (name, value) in _labels)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
        }

        return null;
    }
}
