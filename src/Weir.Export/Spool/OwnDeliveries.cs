using System.Text;
using Weir.Records;

namespace Weir.Export.Spool;

/// <summary>
/// The keys of batches sent lately, by which a capture on the same machine knows its own deliveries and does not deliver them
/// again without end. Addresses would not do: they change on the way (Service addresses, masquerading).
/// </summary>
internal sealed class OwnDeliveries
{
    /// <summary>A delivery is seen within seconds; this many batches are minutes.</summary>
    private const int Remembered = 1024;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldestFirst = new();

    public static ReadOnlySpan<byte> HeaderName => "idempotency-key"u8;

    public static string KeyOf(ExchangeId batch) => $"weir-{batch}";

    public void Add(string key)
    {
        lock (_gate)
        {
            if (!_keys.Add(key)) return;
            _oldestFirst.Enqueue(key);
            if (_oldestFirst.Count > Remembered) _keys.Remove(_oldestFirst.Dequeue());
        }
    }

    public bool Made(HttpMessage request)
    {
        foreach (var header in request.Headers)
        {
            if (header.Name.Length != HeaderName.Length || !Ascii.EqualsIgnoreCase(request[header.Name], HeaderName)) continue;
            var value = request[header.Value];
            if (!value.StartsWith("weir-"u8) || value.Length > 64) continue;
            var key = Encoding.ASCII.GetString(value);
            lock (_gate)
            {
                if (_keys.Contains(key)) return true;
            }
        }

        return false;
    }
}
