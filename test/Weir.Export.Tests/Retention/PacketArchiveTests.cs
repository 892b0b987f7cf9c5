using System.Net;
using Weir.Export.Retention;
using Weir.Packets;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests.Retention;

public sealed class PacketArchiveTests : IDisposable
{
    private const long Second = 1_000_000_000;
    private const long StartNs = 1_700_000_000_000_000_000;

    private readonly KeptFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_time_reads_the_files_of_that_time_alone()
    {
        var talks = KeptFolder.Talks(60);
        _folder.Keep(talks.Select(talk => talk.Frames).ToArray());
        var (answer, frames) = _folder.Read(new PacketQuery { FromNs = StartNs + (20 * Second), ToNs = StartNs + (22 * Second) });
        KeptFolder.Equal(talks.Skip(20).Take(2).SelectMany(talk => talk.Frames), frames);
        Assert.InRange(answer.SegmentsRead, 1, 3);
        Assert.True(answer.Segments >= 10);
        Assert.Equal(0, _folder.Read(new PacketQuery { FromNs = StartNs + (100 * Second) }).Answer.SegmentsRead);
    }

    [Fact]
    public void Wanted_connections_come_whole_from_the_files_that_may_hold_them()
    {
        var talks = KeptFolder.Talks(60);
        // It began long before the others, and ends behind them.
        var lasting = new TcpConversation("10.0.0.9:50000", "10.0.0.2:80", StartNs).Handshake().FromClient("GET /a HTTP/1.1\r\n\r\n").FromServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        var begun = lasting.Frames.Count;
        lasting.Wait(70 * Second).FromClient("GET /b HTTP/1.1\r\n\r\n").Close();
        _folder.Keep([lasting.Frames.Take(begun), .. talks.Select(talk => talk.Frames), lasting.Frames.Skip(begun)]);
        var (answer, frames) = _folder.Read(Wanting(Wanted(50_000, "10.0.0.9", lasting.Frames[^1].TimestampNs)));
        KeptFolder.Equal(lasting.Frames, frames);
        Assert.Equal(1, answer.Connections);
        Assert.InRange(answer.SegmentsRead, 2, 5);
        var (both, two) = _folder.Read(Wanting(Wanted(40_003, "10.0.0.1", StartNs + (3 * Second) + 1_000_000), Wanted(40_044, "10.0.0.1", StartNs + (44 * Second) + 1_000_000)));
        KeptFolder.Equal(talks[3].Frames.Concat(talks[44].Frames), two);
        Assert.Equal(2, both.Connections);
    }

    [Fact]
    public void Connections_before_and_after_on_the_same_ports_stay_out()
    {
        TcpConversation Talk(int number) => new TcpConversation("10.0.0.1:40000", "10.0.0.2:80", StartNs + (number * 10 * Second)) { ClientSequence = (uint)(1_000_000 * (number + 1)) }
            .Handshake().FromClient($"GET /{number} HTTP/1.1\r\n\r\n").FromServer("HTTP/1.1 204 \r\n\r\n").Close();
        List<TcpConversation> talks = [Talk(0), Talk(1), Talk(2)];
        // The handshake is seen again on another interface, a little later.
        var seenTwice = talks[1].Frames.Take(3).Select(frame => frame with { TimestampNs = frame.TimestampNs + 20_000, InterfaceId = 1 });
        _folder.Keep(talks[0].Frames, talks[1].Frames, seenTwice, talks[2].Frames);
        for (var number = 0; number < 3; number++)
        {
            var (answer, frames) = _folder.Read(Wanting(Wanted(40_000, "10.0.0.1", talks[number].Frames[4].TimestampNs)));
            KeptFolder.Equal(number == 1 ? talks[1].Frames.Concat(seenTwice) : talks[number].Frames, frames);
            Assert.Equal(1, answer.Connections);
        }
    }

    [Fact]
    public void Of_datagrams_those_of_the_call_come_and_no_others_on_the_same_ports()
    {
        TestFrame Datagram(bool asks, long ns) => new(
            asks ? PacketBuilder.Udp("10.0.0.1:5353", "10.0.0.53:53", DnsWire.Query(1, "a.test", 1)) : PacketBuilder.Udp("10.0.0.53:53", "10.0.0.1:5353", DnsWire.Response(1, "a.test", 1)), ns);
        List<TestFrame> frames = [.. Enumerable.Range(0, 10).SelectMany(i => (TestFrame[])[Datagram(true, StartNs + (i * Second)), Datagram(false, StartNs + (i * Second) + 1_000_000)])];
        _folder.Keep(frames);
        var (_, read) = _folder.Read(Wanting(new WantedConnection(Address("10.0.0.1"), 5353, Address("10.0.0.53"), 53, StartNs + (4 * Second), StartNs + (4 * Second) + 1_000_000)));
        KeptFolder.Equal(frames.Skip(8).Take(2), read);
    }

    [Fact]
    public void Fragments_between_wanted_hosts_come_with_them()
    {
        var datagram = PacketBuilder.Tcp("10.0.0.1:40000", "10.0.0.2:80", 2_000, 1, TcpFlags.Ack | TcpFlags.Psh, new byte[2_000]);
        var pieces = Fragments(datagram).ToList();
        var handshake = new TcpConversation("10.0.0.1:40000", "10.0.0.2:80", StartNs).Handshake().Frames;
        _folder.Keep(handshake, pieces, KeptFolder.Talks(1, StartNs + Second, 41_000)[0].Frames);
        var (_, read) = _folder.Read(Wanting(Wanted(40_000, "10.0.0.1", StartNs + 1)));
        KeptFolder.Equal(handshake.Concat(pieces), read);
    }

    [Fact]
    public void Hosts_networks_and_ports_narrow_it_and_a_size_ends_it()
    {
        var talks = KeptFolder.Talks(10);
        var other = new TcpConversation("10.7.0.1:40000", "10.7.0.2:8080", StartNs).Handshake().Frames;
        _folder.Keep([.. talks.Select(talk => talk.Frames), other]);
        KeptFolder.Equal(other, _folder.Read(new PacketQuery { Hosts = [IPNetwork.Parse("10.7.0.0/16")] }).Frames);
        KeptFolder.Equal(other, _folder.Read(new PacketQuery { Ports = static (source, destination) => source == 8080 || destination == 8080 }).Frames);
        KeptFolder.Equal(talks[4].Frames, _folder.Read(new PacketQuery { Ports = static (source, destination) => source == 40_004 || destination == 40_004 }).Frames);
        var (answer, frames) = _folder.Read(new PacketQuery { MaxBytes = 5_000 });
        Assert.True(answer.IsCut);
        Assert.InRange(frames.Sum(frame => frame.Data.Length), 3_000, 5_000);
    }

    [Fact]
    public void An_index_that_is_damaged_or_missing_costs_time_and_no_frames()
    {
        var talks = KeptFolder.Talks(30);
        _folder.Keep(talks.Select(talk => talk.Frames).ToArray());
        var indexes = Directory.GetFiles(_folder.Path, "*.index").Order(StringComparer.Ordinal).ToList();
        var damaged = File.ReadAllBytes(indexes[0]);
        damaged[^1] ^= 1;
        File.WriteAllBytes(indexes[0], damaged);
        File.WriteAllBytes(indexes[1], [1, 2, 3]);
        File.Delete(indexes[2]);
        var (answer, frames) = _folder.Read(Wanting(Wanted(40_000, "10.0.0.1", talks[0].Frames[4].TimestampNs)));
        KeptFolder.Equal(talks[0].Frames, frames);
        Assert.InRange(answer.SegmentsRead, 3, 4);
        Assert.Empty(answer.Notes);
    }

    [Fact]
    public async Task It_is_read_while_somebody_writes_and_deletes()
    {
        using var keeper = new PacketKeeper(_folder.Options);
        var talks = KeptFolder.Talks(400);
        KeptFolder.Keep(keeper, talks[0].Frames);
        KeptFolder.Equal(talks[0].Frames, _folder.Read().Frames);
        var writing = Task.Run(() => talks.Skip(1).ToList().ForEach(talk => KeptFolder.Keep(keeper, talk.Frames)));
        while (!writing.IsCompleted) Assert.Empty(_folder.Read().Answer.Notes);
        await writing;
        KeptFolder.Equal(talks[^1].Frames, _folder.Read(Wanting(Wanted(40_399, "10.0.0.1", talks[^1].Frames[4].TimestampNs))).Frames);
    }

    [Fact]
    public async Task No_more_than_the_readers_allowed_are_answered_at_once()
    {
        _folder.Keep(KeptFolder.Talks(5).Select(talk => talk.Frames).ToArray());
        using var kept = new KeptPackets(new PacketArchive(_folder.Path), static () => new RetentionState(0, 0, 0, 0, 0, 0), maxReaders: 1);
        using var held = new SemaphoreSlim(0);
        var first = kept.Send(new PacketQuery(), async _ => await held.WaitAsync(), CancellationToken.None);
        Assert.Null(await kept.Send(new PacketQuery(), static _ => default, CancellationToken.None));
        held.Release(1_000);
        Assert.True((await first)!.Frames > 0);
        Assert.NotNull(await kept.Send(new PacketQuery(), static _ => default, CancellationToken.None));
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_the_reading()
    {
        _folder.Keep(KeptFolder.Talks(60).Select(talk => talk.Frames).ToArray());
        using var kept = new KeptPackets(new PacketArchive(_folder.Path), static () => new RetentionState(0, 0, 0, 0, 0, 0), maxReaders: 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => kept.Send(new PacketQuery(), static _ => throw new InvalidOperationException("gone"), CancellationToken.None));
        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => kept.Send(
            new PacketQuery(),
            _ =>
            {
                cancelled.Cancel();
                return new ValueTask(Task.Delay(Timeout.Infinite, cancelled.Token));
            },
            cancelled.Token));
        Assert.NotNull(await kept.Send(new PacketQuery(), static _ => default, CancellationToken.None));
    }

    [Fact]
    public void Other_files_in_the_folder_are_left_alone()
    {
        _folder.Keep(KeptFolder.Talks(1)[0].Frames);
        string[] foreign = ["packets-mine.pcapng", "notes.txt", "packets-1-2.pcapng"];
        foreach (var name in foreign) File.WriteAllText(Path.Combine(_folder.Path, name), "mine");
        _folder.Keep(KeptFolder.Talks(300).Select(talk => talk.Frames).ToArray());
        Assert.All(foreign, name => Assert.Equal("mine", File.ReadAllText(Path.Combine(_folder.Path, name))));
        Assert.Empty(_folder.Read().Answer.Notes);
    }

    private static PacketQuery Wanting(params WantedConnection[] connections) => new() { Connections = connections };

    private static WantedConnection Wanted(int port, string client, long ns) => new(Address(client), (ushort)port, Address("10.0.0.2"), 80, ns, ns);

    private static IpAddress Address(string text) => IpAddress.TryParse(text, out var address) ? address : throw new ArgumentException(text, nameof(text));

    /// <summary>Two fragments of an Ethernet frame with IPv4 (RFC 791 §3.2).</summary>
    private static IEnumerable<TestFrame> Fragments(byte[] frame)
    {
        const int Link = 14, Header = 20, First = 800;
        for (var at = 0; at < frame.Length - Link - Header; at += First)
        {
            var payload = frame.AsSpan(Link + Header + at, Math.Min(First, frame.Length - Link - Header - at));
            var piece = new byte[Link + Header + payload.Length];
            frame.AsSpan(0, Link + Header).CopyTo(piece);
            payload.CopyTo(piece.AsSpan(Link + Header));
            var more = at + payload.Length < frame.Length - Link - Header;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(piece.AsSpan(Link + 2), (ushort)(Header + payload.Length));
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(piece.AsSpan(Link + 6), (ushort)((more ? 0x2000 : 0) | (at / 8)));
            yield return new TestFrame(piece, StartNs + 500_000 + at);
        }
    }
}
