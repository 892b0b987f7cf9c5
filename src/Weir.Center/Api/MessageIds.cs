using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Weir.Records;

namespace Weir.Center.Api;

/// <summary>Ids of received exchanges: the same whenever the same batch comes, or new ones for senders that do not name theirs.</summary>
internal sealed class MessageIds
{
    private static readonly UInt128 UniqueMask = (UInt128.One << 80) - 1;

    private readonly Lock _gate = new();
    private readonly ExchangeIdGenerator _ids = new();

    /// <param name="key">Idempotency-Key of the request; empty when it has none.</param>
    /// <param name="index">Place of the message in the batch.</param>
    /// <param name="startedNs">Start of the exchange, Unix nanoseconds.</param>
    public ExchangeId Next(string key, long index, long startedNs)
    {
        if (key.Length == 0)
        {
            lock (_gate) return _ids.Next(startedNs);
        }

        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{index} {key}"), hash);
        var milliseconds = (UInt128)(ulong)Math.Max(0, startedNs / 1_000_000);
        return new ExchangeId((milliseconds << 80) | (BinaryPrimitives.ReadUInt128BigEndian(hash) & UniqueMask));
    }
}
