using System.Buffers.Text;

namespace Weir.Rpc.Wire;

/// <summary>
/// Metadata as header fields: text as it is, bytes in base64, which is read with or without padding and where several values may
/// share a field (PROTOCOL-HTTP2.md, Custom-Metadata).
/// </summary>
internal static class MetadataFields
{
    /// <summary>Fields of HTTP and of the protocol, which are not metadata.</summary>
    private static readonly HashSet<string> s_reserved = new(StringComparer.Ordinal)
    {
        "content-type", "content-length", "content-encoding", "te", "trailer", "transfer-encoding", "connection", "host", "date", "server", "accept-encoding",
    };

    public static IEnumerable<KeyValuePair<string, string>> Write(RpcMetadata metadata) => metadata.Select(entry => KeyValuePair.Create(
        entry.Key,
        RpcMetadata.IsBinary(entry.Key) ? Convert.ToBase64String(entry.Value) : System.Text.Encoding.ASCII.GetString(entry.Value)));

    /// <summary>What cannot be metadata is passed over: a proxy on the way may have added it.</summary>
    public static void Read(string name, string value, RpcMetadata metadata)
    {
        name = name.ToLowerInvariant();
        if (!RpcMetadata.IsName(name) || name.StartsWith("grpc-", StringComparison.Ordinal) || s_reserved.Contains(name)) return;
        if (!RpcMetadata.IsBinary(name))
        {
            if (!value.AsSpan().ContainsAnyExceptInRange(' ', '~')) metadata.Add(name, value);
            return;
        }

        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries))
            if (TryDecode(part, out var bytes)) metadata.Add(name, bytes);
    }

    private static bool TryDecode(string text, out byte[] bytes)
    {
        text = text.TrimEnd('=');
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        bytes = [];
        if (!Base64.IsValid(padded, out var length)) return false;
        bytes = new byte[length];
        return Convert.TryFromBase64String(padded, bytes, out _);
    }
}
