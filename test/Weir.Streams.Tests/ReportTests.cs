namespace Weir.Streams.Tests;

/// <summary>Open connections are told at an interval, each for itself.</summary>
public class ReportTests
{
    private readonly Reports _reports = new();

    [Fact]
    public void An_open_connection_is_told_every_interval_until_it_is_over()
    {
        var wire = new Wire(new StreamLimits { ReportIntervalNs = 1_000_000_000 }, over: _reports);
        wire.Handshake();
        wire.Advance(999);
        Assert.Empty(_reports.Lines);
        wire.Client(1, "abc");
        wire.Advance(1000);
        wire.Advance(1999);
        Assert.Equal(["open 40000 3"], _reports.Lines);
        wire.Advance(2000);
        wire.Flush();
        Assert.Equal(["open 40000 3", "open 40000 3", "over 40000 3"], _reports.Lines);
    }

    [Fact]
    public void Each_connection_has_its_own_time()
    {
        var wire = new Wire(new StreamLimits { ReportIntervalNs = 1_000_000_000 }, over: _reports);
        wire.Handshake();
        wire.NowMs = 600;
        wire.ClientPort = 40001;
        wire.Handshake();
        wire.Advance(1000);
        Assert.Equal(["open 40000 0"], _reports.Lines);
        wire.Advance(1600);
        Assert.Equal(["open 40000 0", "open 40001 0"], _reports.Lines);
    }

    [Fact]
    public void A_closed_connection_is_no_longer_told_as_open()
    {
        var wire = new Wire(new StreamLimits { ReportIntervalNs = 1_000_000_000 }, over: _reports);
        wire.Handshake();
        wire.NowMs = 900;
        wire.Server(1, "", Packets.TcpFlags.Rst);
        wire.Advance(1500);
        Assert.Empty(_reports.Lines);
        wire.Advance(3000);
        Assert.Equal(["over 40000 0"], _reports.Lines);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60_000_000_000)]
    public void Without_an_interval_or_before_it_only_ends_are_told(long intervalNs)
    {
        var wire = new Wire(new StreamLimits { ReportIntervalNs = intervalNs }, over: _reports);
        wire.Handshake();
        wire.Advance(59_999);
        Assert.Empty(_reports.Lines);
    }

    [Fact]
    public void What_the_sink_keeps_with_a_connection_is_gone_with_it()
    {
        var wire = new Wire(new StreamLimits { ReportIntervalNs = 1_000_000_000, LingerNs = 0 }, over: _reports);
        wire.Handshake();
        wire.Advance(1000);
        wire.Server(1, "", Packets.TcpFlags.Rst);
        wire.Advance(1001);
        wire.Handshake();
        wire.Advance(2001);
        Assert.Equal(["open 40000 0", "over 40000 0 known", "open 40000 0"], _reports.Known);
    }

    private sealed class Reports : IConnectionSink
    {
        public List<string> Lines { get; } = [];

        /// <summary>The same with whether the sink's own mark was there.</summary>
        public List<string> Known { get; } = [];

        public void OnOver(Connection connection) => Add("over", connection);

        public void OnOpen(Connection connection)
        {
            Add("open", connection);
            connection.SinkState = this;
        }

        private void Add(string what, Connection connection)
        {
            Lines.Add($"{what} {connection.InitiatorPort} {connection.FromInitiator.Bytes}");
            Known.Add(Lines[^1] + (connection.SinkState is null ? "" : " known"));
        }
    }
}
