using Weir.Records;
using Weir.Streams;
using Xunit;
using static Weir.Protocols.Tests.Traffic;

namespace Weir.Protocols.Tests;

public sealed class Http1EndTests
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Theory]
    [InlineData(StreamEnd.Fin, Anomaly.ResponseMissingClosed)]
    [InlineData(StreamEnd.Reused, Anomaly.ResponseMissingClosed)]
    [InlineData(StreamEnd.Reset, Anomaly.ResponseMissingReset)]
    [InlineData(StreamEnd.Idle, Anomaly.ResponseMissingIdle)]
    [InlineData(StreamEnd.Evicted, Anomaly.ResponseMissingEvicted)]
    [InlineData(StreamEnd.CaptureEnd, Anomaly.ResponseMissingCaptureEnd)]
    public void A_request_without_response_says_why(StreamEnd reason, Anomaly expected)
    {
        var one = Assert.Single(Run([C(Get), End(true, reason), End(false, reason)]).Exchanges);
        Assert.Equal(expected.ToString(), one.Anomalies);
        Assert.False(one.HasResponse || one.Complete);
        Assert.Equal(-1, one.DurationNs);
    }

    [Fact]
    public void A_client_that_closed_its_half_still_gets_its_response()
    {
        var one = Assert.Single(Run([C(Get), End(true, StreamEnd.Fin), S(Ok), End(false, StreamEnd.Fin)]).Exchanges);
        Assert.True(one.Complete);
        Assert.Equal("ok", one.ResponseBody);
    }

    [Theory]
    [InlineData(StreamEnd.Fin, true)]
    [InlineData(StreamEnd.Reset, false)]
    [InlineData(StreamEnd.Idle, false)]
    [InlineData(StreamEnd.CaptureEnd, false)]
    public void A_body_until_close_is_complete_only_with_FIN(StreamEnd reason, bool complete)
    {
        var one = Assert.Single(Run([C(Get), S("HTTP/1.1 200 OK\r\n\r\nabc"), End(false, reason), End(true, reason)]).Exchanges);
        Assert.Equal((complete, !complete), (one.Complete, one.Has(Anomaly.ResponseBodyIncomplete)));
        Assert.Equal("abc", one.ResponseBody);
    }

    [Fact]
    public void Bodies_that_end_early_are_incomplete()
    {
        var seen = Run([C("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"), S("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok")]);
        var one = Assert.Single(seen.Exchanges);
        Assert.Equal("RequestBodyIncomplete ResponseBodyIncomplete", one.Anomalies);
        Assert.False(one.Complete);
    }

    [Fact]
    public void A_response_that_is_over_before_its_request_body_waits_for_it()
    {
        var one = Assert.Single(Run(
        [
            C("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab", 1), S("HTTP/1.1 413 Large\r\nContent-Length: 0\r\n\r\n", 2), C("cd", 3),
        ]).Exchanges);
        Assert.Equal((413, "abcd", true), (one.Status, one.RequestBody, one.Complete));
    }

    [Fact]
    public void A_response_without_request_is_a_record_of_its_own()
    {
        var one = Assert.Single(Run([S(Ok)]).Exchanges);
        Assert.Equal((false, true, "RequestMissing", 200), (one.HasRequest, one.HasResponse, one.Anomalies, one.Status));
    }

    [Fact]
    public void Ids_are_unique_and_times_are_those_of_first_and_last_byte()
    {
        var seen = Run([C(Get, 5_000_000), S(Ok[..10], 7_000_000), S(Ok[10..], 9_000_000), C(Get, 11_000_000), S(Ok, 12_000_000)]).Exchanges;
        Assert.Equal((5_000_000, 4_000_000), (seen[0].StartedAtNs, seen[0].DurationNs));
        Assert.NotEqual(seen[0].Id, seen[1].Id);
    }

    [Fact]
    public void Opaque_connections_are_counted_and_leave_nothing()
    {
        var (seen, factory) = Run([C("\x16\x03\x01\x02\x00"), S(new string('z', 9000)), S("HTTP/1.1 200 OK\r\n\r\n")]);
        Assert.Empty(seen);
        Assert.Equal((1, 9024), (factory.Counters.OpaqueConnections, factory.Counters.OpaqueBytes));
    }

    [Fact]
    public void Bytes_after_an_upgrade_are_opaque()
    {
        var (seen, factory) = Run(
            [C(Get), S("HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x02hi"), C("\x81\x82...."), S("\x81\x00")]);
        Assert.Single(seen);
        Assert.Equal((1, 12), (factory.Counters.OpaqueConnections, factory.Counters.OpaqueBytes));
    }

    [Fact]
    public void Counters_have_snake_case_names()
    {
        var (_, factory) = Run([C(Get)]);
        var read = factory.Counters.Read().ToDictionary();
        Assert.Equal((1, 1, 1), (read["exchanges"], read["exchanges_incomplete"], read["anomaly_response_missing_closed"]));
        Assert.All(read.Keys, name => Assert.Matches("^[a-z_]+$", name));
    }
}
