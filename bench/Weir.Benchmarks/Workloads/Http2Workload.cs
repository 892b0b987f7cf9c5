using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Weir.Benchmarks.Generate;

namespace Weir.Benchmarks.Workloads;

/// <summary>
/// The REST exchanges of <see cref="RestMessages"/> as HTTP/2 carries them, one stream each. Fields that every message has are
/// in the dynamic table after the first exchange and referred to; what differs is a Huffman-coded literal that is not indexed.
/// So the same bytes can be played again and again.
/// </summary>
public sealed class Http2Workload : IWorkload
{
    private const int Distinct = 512;
    private const int FirstDynamic = 62;

    /// <summary>Of RFC 7541 Appendix A, those in use.</summary>
    private static readonly (string Name, string Value, int Index)[] s_static =
    [
        (":authority", "", 1), (":method", "GET", 2), (":method", "POST", 3), (":path", "", 4), (":scheme", "http", 6),
        (":status", "200", 8), (":status", "204", 9), (":status", "404", 13), ("accept-language", "", 17), ("accept", "", 19),
        ("cache-control", "", 24), ("content-length", "", 28), ("content-type", "", 31), ("cookie", "", 32), ("date", "", 33),
        ("server", "", 54), ("user-agent", "", 58),
    ];

    private readonly Direction _requests = new();
    private readonly Direction _responses = new();

    public Http2Workload() => Exchanges = [.. Enumerable.Range(0, Distinct).Select(Make)];

    public string Protocol => "http2";

    public IReadOnlyList<(byte[] Request, byte[] Response)> Exchanges { get; }

    private (byte[] Request, byte[] Response) Make(int number)
    {
        var (request, response) = RestMessages.Make(number);
        var stream = (number * 2) + 1;
        return (_requests.Write(Encoding.ASCII.GetString(request), stream, number == 0), _responses.Write(Encoding.ASCII.GetString(response), stream, number == 0));
    }

    /// <summary>One side and the table that its first message filled.</summary>
    private sealed class Direction
    {
        private readonly List<(string Name, string Value)> _table = [];

        /// <summary>Frames for a message of HTTP/1.1.</summary>
        public byte[] Write(string message, int stream, bool fills)
        {
            var headEnd = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            var lines = message[..headEnd].Split("\r\n");
            var body = message[(headEnd + 4)..];
            if (lines.Contains("Transfer-Encoding: chunked")) body = Unchunk(body);
            var block = new MemoryStream();
            var start = lines[0].Split(' ');
            if (start[0].StartsWith("HTTP/", StringComparison.Ordinal))
            {
                Field(block, ":status", start[1], false);
            }
            else
            {
                Field(block, ":method", start[0], false);
                Field(block, ":scheme", "http", false);
                Field(block, ":path", start[1], false);
            }

            foreach (var line in lines[1..])
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                var name = line[..colon].ToLowerInvariant();
                if (name is "connection" or "transfer-encoding") continue;
                Field(block, name == "host" ? ":authority" : name, line[(colon + 2)..], fills);
            }

            var frames = new MemoryStream();
            Frame(frames, 1, body.Length > 0 ? 0x04 : 0x05, stream, block.ToArray());
            if (body.Length > 0) Frame(frames, 0, 0x01, stream, Encoding.ASCII.GetBytes(body));
            return frames.ToArray();
        }

        private void Field(MemoryStream block, string name, string value, bool fills)
        {
            var whole = Array.Find(s_static, one => one.Name == name && one.Value == value && value.Length > 0).Index;
            if (whole == 0) whole = _table.IndexOf((name, value)) is >= 0 and var at && !fills ? FirstDynamic + at : 0;
            if (whole > 0)
            {
                Integer(block, 0x80, 7, whole);
                return;
            }

            var constant = fills && name is ":authority" or "user-agent" or "accept" or "accept-language" or "content-type" or "cache-control" or "server";
            var index = Array.Find(s_static, one => one.Name == name).Index;
            Integer(block, constant ? 0x40 : 0x00, constant ? 6 : 4, index);
            if (index == 0) Text(block, name);
            Text(block, value);
            if (constant) _table.Insert(0, (name, value));
        }

        private static void Text(MemoryStream block, string text)
        {
            var coded = HuffmanCoder.Encode(Encoding.ASCII.GetBytes(text));
            Integer(block, 0x80, 7, coded.Length);
            block.Write(coded);
        }

        private static void Integer(MemoryStream block, int pattern, int bits, int value)
        {
            var mask = (1 << bits) - 1;
            block.WriteByte((byte)(pattern | Math.Min(value, mask)));
            if (value < mask) return;
            for (value -= mask; value >= 128; value >>= 7) block.WriteByte((byte)(value | 128));
            block.WriteByte((byte)value);
        }

        private static void Frame(MemoryStream frames, int type, int flags, int stream, byte[] payload)
        {
            Span<byte> header = stackalloc byte[9];
            BinaryPrimitives.WriteInt32BigEndian(header, payload.Length << 8);
            header[3] = (byte)type;
            header[4] = (byte)flags;
            BinaryPrimitives.WriteInt32BigEndian(header[5..], stream);
            frames.Write(header);
            frames.Write(payload);
        }

        private static string Unchunk(string body)
        {
            var plain = new StringBuilder();
            while (true)
            {
                var end = body.IndexOf("\r\n", StringComparison.Ordinal);
                var size = int.Parse(body[..end], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (size == 0) return plain.ToString();
                plain.Append(body, end + 2, size);
                body = body[(end + 4 + size)..];
            }
        }
    }
}
