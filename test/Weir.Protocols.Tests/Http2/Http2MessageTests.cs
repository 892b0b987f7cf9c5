using Weir.Records;
using Weir.Streams;
using Weir.Testing;
using Xunit;
using static Weir.Protocols.Tests.Traffic;

namespace Weir.Protocols.Tests.Http2;

public sealed class Http2MessageTests
{
    [Theory]
    [MemberData(nameof(Http2Cases.All), MemberType = typeof(Http2Cases))]
    public void Whole_frames_give_the_expected_exchanges(Http2Case one) =>
        Assert.Equal(one.Expected, Feed(one, one.Client.Length, one.Server.Length));

    [Theory]
    [MemberData(nameof(Http2Cases.All), MemberType = typeof(Http2Cases))]
    public void Every_split_gives_the_same_exchanges(Http2Case one)
    {
        for (var client = 0; client <= one.Client.Length; client++) Check(one, client, one.Server.Length);
        for (var server = 0; server <= one.Server.Length; server++) Check(one, one.Client.Length, server);
    }

    [Theory]
    [MemberData(nameof(Http2Cases.All), MemberType = typeof(Http2Cases))]
    public void Byte_by_byte_gives_the_same_exchanges(Http2Case one)
    {
        var events = one.Client.Select(b => Bytes(true, [b])).Concat(one.Server.Select(b => Bytes(false, [b])));
        Assert.Equal(one.Expected, Run(events).Exchanges.Select(seen => seen.ToString()));
    }

    [Fact]
    public void A_response_that_is_there_before_its_request_waits_for_it()
    {
        var client = new Http2Writer().Raw(Http2Writer.Preface).Settings();
        var server = new Http2Writer().Settings();
        var seen = Run(
        [
            Bytes(true, client.Take()), Bytes(false, server.Headers(1, ":status=200").Take()),
            Bytes(true, client.Headers(1, ":method=GET|:scheme=http|:path=/early|:authority=h", end: true).Take()),
            Bytes(false, server.Data(1, "ok", end: true).Take()),
        ]).Exchanges;
        var one = Assert.Single(seen);
        Assert.Equal(("/early", 200, "ok", true, ""), (one.Path, one.Status, one.ResponseBody, one.Complete, one.Anomalies));
    }

    [Fact]
    public void Interleaved_streams_keep_their_bodies_apart()
    {
        var client = new Http2Writer().Raw(Http2Writer.Preface).Settings();
        var server = new Http2Writer().Settings();
        for (var id = 1; id < 41; id += 2) client.Headers(id, $":method=GET|:scheme=http|:path=/{id}|:authority=h", end: true);
        for (var id = 39; id > 0; id -= 2) server.Headers(id, ":status=200");
        for (var part = 0; part < 3; part++)
            for (var id = 1; id < 41; id += 2) server.Data(id, $"{id}.{part};", end: part == 2);
        var seen = Run([Bytes(true, client.Take()), Bytes(false, server.Take())]).Exchanges;
        Assert.Equal(
            Enumerable.Range(0, 20).Select(i => (i * 2) + 1).Select(id => $"/{id} {id} {id}.0;{id}.1;{id}.2; True"),
            seen.Select(one => $"{one.Path} {one.StreamId} {one.ResponseBody} {one.Complete}"));
    }

    [Theory]
    [InlineData(StreamEnd.Fin, Anomaly.ResponseMissingClosed)]
    [InlineData(StreamEnd.Reset, Anomaly.ResponseMissingReset)]
    [InlineData(StreamEnd.Idle, Anomaly.ResponseMissingIdle)]
    [InlineData(StreamEnd.CaptureEnd, Anomaly.ResponseMissingCaptureEnd)]
    public void Streams_open_at_the_end_say_how_the_connection_ended(StreamEnd end, Anomaly expected)
    {
        var client = new Http2Writer().Raw(Http2Writer.Preface).Settings()
            .Headers(1, ":method=GET|:scheme=http|:path=/a|:authority=h", end: true)
            .Headers(3, ":method=POST|:scheme=http|:path=/b|:authority=h|content-length=5").Data(3, "ab");
        var seen = Run([Bytes(true, client.Take()), End(true, end), End(false, end)]).Exchanges;
        Assert.Equal([$"/a {expected} False", $"/b RequestBodyIncomplete {expected} False"], seen.Select(
            one => $"{one.Path} {string.Join(' ', one.Anomalies.Split(' ').OrderDescending(StringComparer.Ordinal).Order(StringComparer.Ordinal))} {one.Complete}"));
    }

    [Fact]
    public void Times_are_those_of_first_and_last_frames()
    {
        var client = new Http2Writer().Raw(Http2Writer.Preface).Settings();
        var server = new Http2Writer().Settings();
        var seen = Run(
        [
            Bytes(true, client.Take(), 10), Bytes(true, client.Headers(1, ":method=POST|:scheme=http|:path=/|:authority=h").Take(), 100),
            Bytes(true, client.Data(1, "x", end: true).Take(), 150), Bytes(false, server.Headers(1, ":status=200").Take(), 300),
            Bytes(false, server.Data(1, "y", end: true).Take(), 400), Bytes(false, server.Ping().Take(), 900),
        ]).Exchanges;
        Assert.Equal((100, 300), (seen[0].StartedAtNs, seen[0].DurationNs));
    }

    private static void Check(Http2Case one, int client, int server)
    {
        var seen = Feed(one, client, server);
        Assert.True(one.Expected.SequenceEqual(seen), $"split {client}/{server}: {string.Join('\n', seen)}");
    }

    private static string[] Feed(Http2Case one, int client, int server) =>
    [
        .. Run(
        [
            Bytes(true, one.Client[..client]), Bytes(true, one.Client[client..]), Bytes(false, one.Server[..server]),
            Bytes(false, one.Server[server..]),
        ]).Exchanges.Select(seen => seen.ToString()),
    ];
}
