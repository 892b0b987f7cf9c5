using FsCheck;
using FsCheck.Fluent;
using Weir.Packets;

namespace Weir.Streams.Tests;

/// <summary>
/// Two-way streams cut, repeated, overlapped, shuffled and thinned at random. FsCheck prints the seed of a failure, which
/// is all a run depends on.
/// </summary>
public class ReassemblyProperties
{
    private readonly record struct Piece(bool FromClient, int Start, int Length);

    [Fact]
    public void Any_order_repetition_and_cut_of_the_segments_gives_the_same_bytes() => Check(random =>
    {
        var run = new Run(random, clientBytes: random.Next(1, 3000), serverBytes: random.Next(1, 3000));
        var pieces = run.Cover(true).Concat(run.Cover(true)).Concat(run.Cover(false)).Concat(run.Repeats(20)).ToArray();
        random.Shuffle(pieces);
        foreach (var piece in pieces) run.Send(piece);
        run.SendFins();

        run.AssertDelivered(piecesThatCame: pieces);
        Assert.Empty(run.Wire.Only.Gaps);
        Assert.Equal(StreamEnd.Fin, run.Wire.Only.InitiatorEnd);
        Assert.Equal(StreamEnd.Fin, run.Wire.Only.ResponderEnd);
        Assert.Equal(0, run.Wire.Counters.BufferedBytes);
    });

    [Fact]
    public void Loss_gives_exactly_the_gaps_that_were_lost() => Check(random =>
    {
        var run = new Run(random, clientBytes: random.Next(1, 3000), serverBytes: random.Next(1, 3000));
        var came = run.Cover(true).Concat(run.Cover(false)).Concat(run.Repeats(5)).Where(_ => random.Next(4) > 0).ToArray();
        random.Shuffle(came);
        foreach (var piece in came) run.Send(piece);
        run.SendFins();
        run.Wire.Flush();

        run.AssertDelivered(came);
        Assert.Equal(run.Wire.Counters.GapBytes, run.Wire.Only.Connection.GapBytes);
        Assert.Equal(StreamEnd.Fin, run.Wire.Only.InitiatorEnd);
        Assert.Equal(0, run.Wire.Counters.BufferedBytes);
    });

    [Fact]
    public void Acknowledged_loss_within_small_reordering_gives_exactly_the_gaps_that_were_lost() => Check(random =>
    {
        var run = new Run(random, clientBytes: random.Next(1, 20_000), serverBytes: 1);
        var sent = run.Cover(true).ToArray();
        var came = new List<Piece>();
        for (var i = 0; i + 1 < sent.Length; i += 2)
        {
            if (random.Next(2) == 0) (sent[i], sent[i + 1]) = (sent[i + 1], sent[i]);
        }

        var acked = 0;
        foreach (var piece in sent)
        {
            run.Wire.NowMs += random.Next(30);
            if (random.Next(5) > 0)
            {
                came.Add(piece);
                run.Send(piece);
            }

            acked = Math.Max(acked, piece.Start - 2000);
            run.Ack(acked);
        }

        run.Send(new Piece(false, 0, 1));
        run.SendFins();
        run.Wire.Flush();
        came.Add(new Piece(false, 0, 1));
        run.AssertDelivered(came);
    });

    [Fact]
    public void Tight_limits_lose_bytes_as_gaps_and_never_shift_them() => Check(random =>
    {
        var limits = new StreamLimits
        {
            MaxPendingBytesPerDirection = random.Next(1, 500),
            MaxPendingSegmentsPerDirection = random.Next(1, 6),
            MaxPendingBytes = random.Next(0, 4) * 2048,
        };
        var run = new Run(random, random.Next(1, 3000), random.Next(1, 3000), limits);
        var pieces = run.Cover(true).Concat(run.Cover(false)).Concat(run.Repeats(20)).ToArray();
        random.Shuffle(pieces);
        foreach (var piece in pieces) run.Send(piece);
        run.SendFins();
        run.Wire.Flush();

        run.AssertPositions();
        Assert.True(run.Wire.Counters.BufferedBytesPeak <= limits.MaxPendingBytes);
        Assert.Equal(0, run.Wire.Counters.BufferedBytes);
    });

    private static void Check(Action<Random> body) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => body(new Random(seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private sealed class Run
    {
        private readonly Random _random;
        private readonly byte[] _client;
        private readonly byte[] _server;
        private readonly uint _clientIsn;
        private readonly uint _serverIsn;

        public Run(Random random, int clientBytes, int serverBytes, StreamLimits? limits = null)
        {
            _random = random;
            _client = new byte[clientBytes];
            _server = new byte[serverBytes];
            random.NextBytes(_client);
            random.NextBytes(_server);

            // Half of the runs wrap within the stream.
            _clientIsn = random.Next(2) == 0 ? uint.MaxValue - (uint)random.Next(clientBytes) : (uint)random.NextInt64(1L << 32);
            _serverIsn = (uint)random.NextInt64(1L << 32);
            Wire = new Wire(limits);
            Wire.Send(true, _clientIsn, 0, TcpFlags.Syn, []);
            Wire.Send(false, _serverIsn, _clientIsn + 1, TcpFlags.Syn | TcpFlags.Ack, []);
            Ack(0);
        }

        public Wire Wire { get; }

        public IEnumerable<Piece> Cover(bool fromClient)
        {
            var total = Data(fromClient).Length;
            for (var start = 0; start < total;)
            {
                var length = Math.Min(total - start, _random.Next(1, 200));
                yield return new Piece(fromClient, start, length);
                start += length;
            }
        }

        /// <summary>Pieces at any place, so that they overlap others.</summary>
        public IEnumerable<Piece> Repeats(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var fromClient = _random.Next(2) == 0;
                var total = Data(fromClient).Length;
                var start = _random.Next(total);
                yield return new Piece(fromClient, start, Math.Min(total - start, _random.Next(1, 400)));
            }
        }

        public void Send(Piece piece) => Wire.Send(
            piece.FromClient, Isn(piece.FromClient) + 1 + (uint)piece.Start, Isn(!piece.FromClient) + 1, TcpFlags.Ack,
            Data(piece.FromClient).AsSpan(piece.Start, piece.Length));

        public void Ack(int clientBytes) => Wire.Send(false, _serverIsn + 1, _clientIsn + 1 + (uint)clientBytes, TcpFlags.Ack, []);

        public void SendFins()
        {
            foreach (var fromClient in new[] { false, true })
            {
                Wire.Send(fromClient, Isn(fromClient) + 1 + (uint)Data(fromClient).Length, Isn(!fromClient) + 1,
                    TcpFlags.Fin | TcpFlags.Ack, []);
            }
        }

        /// <summary>Every byte that came stands at its place, every other place is a gap.</summary>
        public void AssertDelivered(IReadOnlyCollection<Piece> piecesThatCame)
        {
            foreach (var fromClient in new[] { true, false })
            {
                var expected = new int[Data(fromClient).Length];
                Array.Fill(expected, Recorder.Missing);
                foreach (var piece in piecesThatCame.Where(p => p.FromClient == fromClient))
                {
                    for (var i = piece.Start; i < piece.Start + piece.Length; i++) expected[i] = Data(fromClient)[i];
                }

                Assert.Equal(expected, Told(fromClient));
            }
        }

        public void AssertPositions()
        {
            foreach (var fromClient in new[] { true, false })
            {
                var told = Told(fromClient);
                Assert.Equal(Data(fromClient).Length, told.Count);
                for (var i = 0; i < told.Count; i++)
                {
                    if (told[i] != Recorder.Missing) Assert.Equal(Data(fromClient)[i], told[i]);
                }
            }
        }

        private IReadOnlyList<int> Told(bool fromClient) =>
            Wire.Only.Bytes(fromClient ? Direction.FromInitiator : Direction.FromResponder);

        private byte[] Data(bool fromClient) => fromClient ? _client : _server;

        private uint Isn(bool fromClient) => fromClient ? _clientIsn : _serverIsn;
    }
}
