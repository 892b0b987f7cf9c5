using System.Buffers;
using Weir.Packets;
using Weir.Protocols;
using Weir.Records;
using Weir.Records.Json;
using Weir.Streams;
using Weir.Testing;
using Weir.Testing.Corpus;

namespace Weir.Fuzz;

/// <summary>
/// Conversations of a protocol. An input is a list of pieces: two bytes of length, whose highest bit says which side
/// speaks and whose next one makes it a gap, then the bytes.
/// </summary>
internal static class ProtocolTarget
{
    private const int FromResponder = 0x8000;
    private const int IsGap = 0x4000;

    public static FuzzTarget For(string protocol) => new(protocol, () => Seeds(protocol), Run);

    private static List<byte[]> Seeds(string protocol)
    {
        var seeds = new List<byte[]>();
        foreach (var name in CorpusFolder.Names.Where(name => name.StartsWith(protocol + "/", StringComparison.Ordinal)))
        {
            var seed = new MemoryStream();
            var table = new ConnectionTable(new StreamLimits(), new Recorder(seed));
            var decoder = new PacketDecoder();
            foreach (var frame in TestFrames.ReadCapture(CorpusFolder.Input(name)))
                if (decoder.Decode(frame.Frame, out var packet) == DecodeOutcome.Decoded) table.Add(in packet);
            table.Flush(long.MaxValue / 2);
            seeds.Add(seed.ToArray());
        }

        return seeds;
    }

    private static void Run(byte[] bytes)
    {
        var factory = new ConversationFactory(new Writer());
        var handler = factory.Open(new Connection());
        long ns = 1;
        for (ReadOnlySpan<byte> rest = bytes; rest.Length > 2; ns += 1_000_000)
        {
            var head = (rest[0] << 8) | rest[1];
            var direction = (Direction)((head & FromResponder) >> 15);
            var length = Math.Clamp(head & 0x3FFF, 1, rest.Length - 2);
            if ((head & IsGap) != 0) handler.OnGap(direction, length, ns);
            else handler.OnChunk(direction, rest.Slice(2, length), ns);
            rest = rest[((head & IsGap) != 0 ? 2 : length + 2)..];
        }

        handler.OnEnd(Direction.FromInitiator, StreamEnd.Fin, ns);
        handler.OnEnd(Direction.FromResponder, StreamEnd.Fin, ns);
    }

    /// <summary>Every exchange must be writable and readable again.</summary>
    internal sealed class Writer : IExchangeSink
    {
        private readonly ExchangeJsonWriter _json = new();
        private readonly Exchange _again = new();

        public void Write(Exchange exchange)
        {
            var buffer = new ArrayBufferWriter<byte>();
            _json.Write(exchange, buffer);
            if (!ExchangeJsonReader.TryRead(buffer.WrittenSpan, _again, out var error)) throw new InvalidOperationException(error);
            // Multicast DNS is the one protocol whose messages stand alone.
            if (exchange.Complete && !exchange.Dns.Present && !(exchange.HasRequest && exchange.HasResponse))
                throw new InvalidOperationException("complete without both messages");
        }
    }

    private sealed class Recorder(MemoryStream seed) : IStreamHandlerFactory, IStreamHandler
    {
        public IStreamHandler Open(Connection connection) => this;

        public void OnChunk(Direction direction, ReadOnlySpan<byte> bytes, long timestampNs)
        {
            Head(direction, bytes.Length);
            seed.Write(bytes);
        }

        public void OnGap(Direction direction, long length, long timestampNs) => Head(direction, (int)length | IsGap);

        public void OnEnd(Direction direction, StreamEnd reason, long timestampNs)
        {
            // Seeds end when their bytes do.
        }

        private void Head(Direction direction, int head) =>
            seed.Write(PacketBuilder.UInt16(head | (direction == Direction.FromResponder ? FromResponder : 0)));
    }
}
