using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Weir.Testing;

/// <summary>Builds WebSocket bytes as a peer would send them.</summary>
public static class WebSocketWire
{
    public const string Request =
        "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: c3ludGhldGljLWtleS0wMQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

    public static string Answer(string extensions = "", string more = "") =>
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + (extensions.Length > 0 ? $"Sec-WebSocket-Extensions: {extensions}\r\n" : "") + more + "\r\n";

    public static byte[] Frame(
        bool client, int opcode, ReadOnlySpan<byte> payload, bool final = true, int reserved = 0, bool? masked = null)
    {
        var mask = masked ?? client;
        var head = new List<byte> { (byte)((final ? 0x80 : 0) | (reserved << 4) | opcode) };
        var bit = mask ? 0x80 : 0;
        if (payload.Length < 126)
        {
            head.Add((byte)(bit | payload.Length));
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            head.AddRange([(byte)(bit | 126), (byte)(payload.Length >> 8), (byte)payload.Length]);
        }
        else
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(length, payload.Length);
            head.AddRange([(byte)(bit | 127), .. length]);
        }

        if (!mask) return [.. head, .. payload];
        byte[] key = [0x37, 0xFA, 0x21, 0x3D];
        byte[] bytes = [.. head, .. key, .. payload];
        for (var i = 0; i < payload.Length; i++) bytes[head.Count + 4 + i] ^= key[i & 3];
        return bytes;
    }

    public static byte[] Text(bool client, string text) => Frame(client, 1, Encoding.UTF8.GetBytes(text));

    public static byte[] Close(bool client, int code, string reason = "") =>
        Frame(client, 8, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)]);

    /// <summary>One direction's compressor of permessage-deflate.</summary>
    public sealed class Compressor(bool client, bool resets = false) : IDisposable
    {
        private MemoryStream _sent = new();
        private DeflateStream? _deflate;

        public byte[] Message(string text) => Frame(client, 1, Compress(Encoding.UTF8.GetBytes(text)), reserved: 4);

        public byte[] Compress(byte[] plain)
        {
            if (resets || _deflate is null)
            {
                _sent = new MemoryStream();
                _deflate = new DeflateStream(_sent, CompressionLevel.Optimal, leaveOpen: true);
            }

            // Nothing to write is a flush without effect; RFC 7692 §7.2.3.6 says what is sent then.
            if (plain.Length == 0) return [0x00];
            var before = (int)_sent.Length;
            _deflate.Write(plain);
            _deflate.Flush();
            // The empty stored block of the flush ends in these four bytes, which are not sent.
            return _sent.ToArray()[before..^4];
        }

        public void Dispose() => _deflate?.Dispose();
    }
}
