using Weir.Records;
using Weir.Streams;
using Xunit;
using static Weir.Protocols.Tests.Traffic;

namespace Weir.Protocols.Tests;

/// <summary>Calls that last are told while they run, and once more when they are over.</summary>
public sealed class RunningExchangeTests
{
    private const long Second = 1_000_000_000;

    private readonly RunningSink _sink = new();
    private readonly ConversationFactory _factory;
    private readonly IStreamHandler _connection;

    public RunningExchangeTests()
    {
        _factory = new ConversationFactory(_sink, new ConversationOptions { ReportOpenAfterNs = 2 * Second });
        _connection = _factory.Open(Connect())!;
    }

    [Fact]
    public void A_long_poll_is_told_before_its_response_and_again_under_the_same_id_when_it_is_over()
    {
        Client("GET /poll HTTP/1.1\r\nHost: a\r\n\r\n", 1 * Second);
        _factory.ReportOpen(2 * Second);
        Assert.Empty(_sink.Seen);

        _factory.ReportOpen(3 * Second);
        var running = Assert.Single(_sink.Seen);
        Assert.True(running.InProgress);
        Assert.False(running.One.Complete);
        Assert.False(running.One.HasResponse);
        Assert.Equal(("/poll", InitiatorPort), (running.One.Path, running.One.ClientPort));

        Server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 4 * Second);
        Assert.Equal(2, _sink.Seen.Count);
        var ended = _sink.Seen[1];
        Assert.False(ended.InProgress);
        Assert.True(ended.One.Complete);
        Assert.Equal(running.One.Id, ended.One.Id);
        Assert.Equal(1, _factory.Counters.Exchanges);
        Assert.Equal(1, _factory.Counters.ProgressReports);
    }

    [Fact]
    public void A_repeat_comes_only_with_news()
    {
        Client("GET /events HTTP/1.1\r\nHost: a\r\n\r\n", 0);
        Server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", Second);
        _factory.ReportOpen(2 * Second);
        _factory.ReportOpen(7 * Second);
        Assert.Equal("abc", Assert.Single(_sink.Seen).One.ResponseBody);

        Server("3\r\ndef\r\n", 8 * Second);
        _factory.ReportOpen(9 * Second);
        Assert.Single(_sink.Seen);
        _factory.ReportOpen(12 * Second);
        Assert.Equal("abcdef", _sink.Seen[1].One.ResponseBody);
        Assert.Equal([1, 2], _sink.Seen.Select(seen => seen.Reports));
    }

    [Fact]
    public void A_short_call_is_told_once()
    {
        Client("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0);
        Server("HTTP/1.1 204 No Content\r\n\r\n", Second);
        _factory.ReportOpen(60 * Second);
        Assert.False(Assert.Single(_sink.Seen).InProgress);
    }

    [Fact]
    public void Nothing_is_told_while_the_head_of_the_request_is_not_in()
    {
        Client("GET / HTTP/1.1\r\nHost:", 0);
        _factory.ReportOpen(60 * Second);
        Assert.Empty(_sink.Seen);
    }

    [Fact]
    public void A_response_without_its_request_is_told_too()
    {
        var midStream = _factory.Open(Connect(handshake: false))!;
        midStream.OnChunk(Direction.FromResponder, Ascii("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), 0);
        _factory.ReportOpen(2 * Second);
        var running = Assert.Single(_sink.Seen);
        Assert.True(running.InProgress && running.One.HasResponse && !running.One.HasRequest);
    }

    [Fact]
    public void A_clock_that_is_set_back_delays_by_one_wait_at_most()
    {
        Client("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1000 * Second);
        _factory.ReportOpen(10 * Second);
        Assert.Empty(_sink.Seen);
        _factory.ReportOpen(12 * Second);
        Assert.Single(_sink.Seen);
    }

    [Fact]
    public void Without_a_time_nothing_is_told()
    {
        var factory = new ConversationFactory(_sink);
        factory.Open(Connect())!.OnChunk(Direction.FromInitiator, Ascii("GET / HTTP/1.1\r\n\r\n"), 0);
        factory.ReportOpen(long.MaxValue / 2);
        Assert.Empty(_sink.Seen);
    }

    private void Client(string text, long ns) => _connection.OnChunk(Direction.FromInitiator, Ascii(text), ns);

    private void Server(string text, long ns) => _connection.OnChunk(Direction.FromResponder, Ascii(text), ns);

    private sealed class RunningSink : IExchangeSink
    {
        public List<(bool InProgress, int Reports, Seen One)> Seen { get; } = [];

        public bool TakesInProgress => true;

        public void Write(Exchange exchange) =>
            Seen.Add((exchange.InProgress, exchange.ProgressReports, new Seen(exchange)));
    }
}
