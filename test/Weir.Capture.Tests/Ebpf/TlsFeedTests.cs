using System.Net;
using System.Text;
using Weir.Capture.Ebpf.Tls;
using Weir.Linux.Bpf;
using Weir.Packets;
using Xunit;

namespace Weir.Capture.Tests.Ebpf;

public class TlsFeedTests
{
    private const uint ClientPid = 4_000_001, ServerPid = 4_000_002;

    private readonly Segments _segments = new();
    private readonly KernelClock _clock = new();
    private TlsFeed _feed;

    public TlsFeedTests() => _feed = new TlsFeed(new ProcessTable("/nonexistent"), _clock, TlsFeedLimits.Default);

    [Fact]
    public void Plaintext_becomes_segments_beside_the_encrypted_connection()
    {
        Send(Event(1, ClientPid, EventDirection.Sent, 0), "request");
        Send(Event(1, ClientPid, EventDirection.Received, 0), "response");
        Assert.Equal(["10.0.0.1:5000>10.0.0.2:443 0 request", "10.0.0.2:443>10.0.0.1:5000 0 response"], _segments.Texts);
        Assert.All(_segments.Scopes, scope => Assert.NotEqual(0, scope & TlsFeed.ScopeBit));
        Assert.All(_segments.Tls, tls => Assert.Equal(new SegmentTls("openssl", TlsBinding.Nested), tls));
    }

    [Fact]
    public void The_second_end_of_a_connection_tells_only_who_it_is()
    {
        Send(Event(1, ClientPid, EventDirection.Sent, 0), "request");
        Send(Mirrored(Event(2, ServerPid, EventDirection.Received, 500)), "request");
        Send(Mirrored(Event(2, ServerPid, EventDirection.Sent, 900)), "response");
        Send(Event(1, ClientPid, EventDirection.Received, 0), "response");
        Assert.Equal(
            ["10.0.0.1:5000>10.0.0.2:443 0 request", "10.0.0.2:443>10.0.0.1:5000 0 ", "10.0.0.2:443>10.0.0.1:5000 0 response"], _segments.Texts);
        Assert.Equal([(SegmentOrigin.Sender, ClientPid), (SegmentOrigin.Sender, ServerPid), (SegmentOrigin.Receiver, ClientPid)], _segments.Processes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_end_that_is_bound_is_named_with_the_first_plaintext_of_the_other(bool before)
    {
        var bound = Mirrored(Event(2, ServerPid, EventDirection.Sent, 0));
        bound.Kind = EventKind.TlsBound;
        if (before) Take(bound, "");
        Send(Event(1, ClientPid, EventDirection.Sent, 0), "request");
        if (!before) Take(bound, "");
        Assert.Equal(["10.0.0.1:5000>10.0.0.2:443 0 request", "10.0.0.2:443>10.0.0.1:5000 0 "], _segments.Texts);
        Assert.Equal([ClientPid, ServerPid], _segments.Processes.Select(process => process.Item2));
    }

    [Fact]
    public void An_end_that_is_bound_and_tells_nothing_leaves_the_telling_to_the_other()
    {
        var bound = Event(1, ClientPid, EventDirection.Sent, 0);
        bound.Kind = EventKind.TlsBound;
        Take(bound, "");
        Assert.Empty(_segments.Texts);
        Send(Mirrored(Event(2, ServerPid, EventDirection.Received, 0)), "request");
        Assert.Equal("10.0.0.1:5000>10.0.0.2:443 0 request", _segments.Texts[0]);
    }

    [Fact]
    public void An_encrypted_connection_without_plaintext_is_told_by_process()
    {
        foreach (ushort port in (ushort[])[5000, 6000])
        {
            var encrypted = Event(9, ClientPid, EventDirection.Sent, 0);
            (encrypted.Kind, encrypted.LocalPort) = (EventKind.Encrypted, port);
            "java"u8.CopyTo(encrypted.Comm);
            Take(encrypted, "");
        }

        Send(Event(1, ClientPid, EventDirection.Sent, 0), "request");
        _feed.Advance(_clock.ToUnixNs(1000) + TlsFeedLimits.Default.OpaqueAfterNs, _segments);
        Assert.Equal(1, _feed.Opaque.Count);
        Assert.Equal(new KeyValuePair<OpaqueProcess, long>(new OpaqueProcess("java", null, null), 1), Assert.Single(_feed.Opaque.ByProcess));
    }

    [Fact]
    public void What_comes_before_its_socket_is_known_waits_for_it()
    {
        Send(Unbound(Event(1, ClientPid, EventDirection.Sent, 0)), "request");
        Assert.Empty(_segments.Texts);
        Send(Event(1, ClientPid, EventDirection.Received, 0), "response");
        Assert.Equal(["10.0.0.1:5000>10.0.0.2:443 0 request", "10.0.0.2:443>10.0.0.1:5000 0 response"], _segments.Texts);
        Assert.Equal(0, _feed.Counters.Unbound);
    }

    [Fact]
    public void A_socket_that_never_shows_leaves_the_addresses_open()
    {
        Send(Unbound(Event(1, ClientPid, EventDirection.Sent, 0)), "request");
        Send(Unbound(Event(2, ClientPid, EventDirection.Sent, 0)), "another");
        _feed.Advance(_clock.ToUnixNs(1000) + TlsFeedLimits.Default.WaitNs, _segments);
        Assert.Equal(2, _segments.Texts.Count);
        Assert.Equal(2, _segments.Ends.Distinct().Count());
        Assert.All(_segments.Tls, tls => Assert.Equal(TlsBinding.None, tls!.Binding));
        Assert.Equal(2, _feed.Counters.Unbound);
    }

    [Fact]
    public void What_waits_is_bounded()
    {
        _feed = new TlsFeed(new ProcessTable("/nonexistent"), _clock, TlsFeedLimits.Default with { MaxHeldBytesPerStream = 10 });
        Send(Unbound(Event(1, ClientPid, EventDirection.Sent, 0)), "12345");
        Assert.Empty(_segments.Texts);
        Send(Unbound(Event(1, ClientPid, EventDirection.Sent, 5)), "6789AB");
        Assert.Equal(2, _segments.Texts.Count);
    }

    [Fact]
    public void What_all_sessions_hold_is_bounded()
    {
        _feed = new TlsFeed(new ProcessTable("/nonexistent"), _clock, TlsFeedLimits.Default with { MaxHeldBytes = 10 });
        Send(Unbound(Event(1, ClientPid, EventDirection.Sent, 0)), "12345");
        Assert.Empty(_segments.Texts);
        Send(Unbound(Event(2, ClientPid, EventDirection.Sent, 0)), "6789AB");
        Assert.Contains("6789AB", Assert.Single(_segments.Texts), StringComparison.Ordinal);
    }

    [Fact]
    public void Processes_that_stay_encrypted_are_named_up_to_a_limit_and_counted_beyond()
    {
        _feed = new TlsFeed(new ProcessTable("/nonexistent"), _clock, TlsFeedLimits.Default with { MaxOpaqueProcesses = 1 });
        foreach (var name in (string[])["java", "ruby", "java"])
        {
            var encrypted = Event(9, ClientPid, EventDirection.Sent, 0);
            encrypted.Kind = EventKind.Encrypted;
            System.Text.Encoding.ASCII.GetBytes(name, encrypted.Comm);
            Take(encrypted, "");
        }

        _feed.Advance(_clock.ToUnixNs(1000) + TlsFeedLimits.Default.OpaqueAfterNs, _segments);
        Assert.Equal(3, _feed.Opaque.Count);
        Assert.Equal(new KeyValuePair<OpaqueProcess, long>(new OpaqueProcess("java", null, null), 2), Assert.Single(_feed.Opaque.ByProcess));
    }

    [Fact]
    public void Bytes_that_were_not_copied_are_told_at_once()
    {
        var header = Event(1, ClientPid, EventDirection.Sent, 0);
        header.Total = 100;
        Take(header, "12345");
        Assert.Equal([100], _segments.WireLengths);
    }

    [Fact]
    public void The_end_of_a_session_ends_both_directions_where_they_are()
    {
        Send(Event(1, ClientPid, EventDirection.Sent, 0), "request");
        var close = Event(1, ClientPid, EventDirection.Sent, 0);
        close.Kind = EventKind.TlsClose;
        Take(close, "");
        Assert.Equal(["10.0.0.1:5000>10.0.0.2:443 7 ", "10.0.0.2:443>10.0.0.1:5000 0 "], _segments.Texts.Skip(1));
        Assert.Equal([TcpFlags.Fin | TcpFlags.Ack, TcpFlags.Fin | TcpFlags.Ack], _segments.Flags.Skip(1));
    }

    [Fact]
    public void A_process_that_ends_takes_its_sessions_with_it()
    {
        Send(Event(1, ClientPid, EventDirection.Sent, 0), "request");
        _feed.ProcessEnded(ServerPid, 5, _segments);
        Assert.Single(_segments.Texts);
        _feed.ProcessEnded(ClientPid, 5, _segments);
        Assert.Equal(3, _segments.Texts.Count);
    }

    [Fact]
    public void A_new_session_on_the_same_connection_takes_the_place_of_one_that_was_never_freed()
    {
        Send(Event(1, ClientPid, EventDirection.Sent, 0), "old");
        Send(Event(2, ClientPid, EventDirection.Sent, 0), "new");
        Assert.Equal("10.0.0.1:5000>10.0.0.2:443 0 new", _segments.Texts[^1]);
    }

    [Fact]
    public void Sessions_are_bounded_and_the_most_silent_goes_first()
    {
        _feed = new TlsFeed(new ProcessTable("/nonexistent"), _clock, TlsFeedLimits.Default with { MaxStreams = 2 });
        for (ushort i = 1; i <= 3; i++)
        {
            var header = Event(i, ClientPid, EventDirection.Sent, 0);
            (header.LocalPort, header.TimeNs) = ((ushort)(5000 + i), (ulong)i);
            Send(header, "x");
        }

        Assert.Equal(1, _feed.Counters.Evicted);
        Assert.Contains(_segments.Texts, text => text == "10.0.0.1:5001>10.0.0.2:443 1 ");
    }

    private static EventHeader Event(ulong connection, uint pid, EventDirection direction, uint sequence)
    {
        var header = new EventHeader
        {
            Kind = EventKind.TlsData, Direction = direction, Connection = connection, Pid = pid, Flags = EventFlags.Process | EventFlags.Sequence,
            TimeNs = 1000, Seq = sequence, LocalPort = 5000, RemotePort = 443, Binding = EventBinding.Nested, Reserved = (uint)TlsLibrary.OpenSsl,
        };
        Address("10.0.0.1").CopyTo(header.LocalAddress);
        Address("10.0.0.2").CopyTo(header.RemoteAddress);
        return header;
    }

    private static EventHeader Mirrored(EventHeader header)
    {
        (header.LocalAddress, header.RemoteAddress) = (header.RemoteAddress, header.LocalAddress);
        (header.LocalPort, header.RemotePort) = (header.RemotePort, header.LocalPort);
        return header;
    }

    private static EventHeader Unbound(EventHeader header)
    {
        (header.LocalAddress, header.RemoteAddress, header.LocalPort, header.RemotePort) = (default, default, 0, 0);
        header.Binding = EventBinding.None;
        return header;
    }

    private static byte[] Address(string text) => IPAddress.Parse(text).MapToIPv6().GetAddressBytes();

    private void Send(EventHeader header, string text)
    {
        header.Total = (uint)text.Length;
        Take(header, text);
    }

    private void Take(EventHeader header, string text)
    {
        header.Captured = (uint)text.Length;
        _feed.Take(in header, Encoding.ASCII.GetBytes(text), _segments);
    }

    private sealed class Segments : ISegmentSink
    {
        public List<string> Texts { get; } = [];

        public List<string> Ends { get; } = [];

        public List<ushort> Scopes { get; } = [];

        public List<int> WireLengths { get; } = [];

        public List<TcpFlags> Flags { get; } = [];

        public List<SegmentTls?> Tls { get; } = [];

        public List<(SegmentOrigin, uint)> Processes { get; } = [];

        public void OnSegment(in PacketView segment)
        {
            Ends.Add($"{segment.Source.ToIPAddress()}:{segment.SourcePort}>{segment.Destination.ToIPAddress()}:{segment.DestinationPort}");
            Texts.Add($"{Ends[^1]} {segment.Sequence} {Encoding.ASCII.GetString(segment.Payload)}");
            Scopes.Add(segment.Scope);
            WireLengths.Add(segment.PayloadWireLength);
            Flags.Add(segment.Flags);
            Tls.Add(segment.Tls);
            Processes.Add((segment.Origin, (uint)segment.Process!.Id));
        }

        public void OnFrame(in Frame frame) => throw new InvalidOperationException("no frames here");

        public void OnIdle(long nowNs)
        {
            // Time is told by the test.
        }
    }
}
