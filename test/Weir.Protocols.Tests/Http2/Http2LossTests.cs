using Weir.Protocols.Http2;
using Weir.Records;
using Weir.Testing;
using Xunit;
using static Weir.Protocols.Tests.Traffic;

namespace Weir.Protocols.Tests.Http2;

public sealed class Http2LossTests
{
    private readonly Http2Writer _client = new();
    private readonly Http2Writer _server = new();
    private readonly List<Event> _events = [];

    private byte[] Request(int stream, string more = "", string path = "") =>
        _client.Headers(stream, $":method=GET|:scheme=http|:path={(path.Length > 0 ? path : "/" + stream)}|:authority=h|x-id=same{more}", end: true).Take();

    private byte[] Response(int stream, string body = "ok") => _server.Headers(stream, ":status=200|x-server=same").Data(stream, body, end: true).Take();

    private void Begin()
    {
        Add(true, _client.Raw(Http2Writer.Preface).Settings().Take());
        Add(false, _server.Settings().Take());
    }

    private void Add(bool client, byte[] bytes) => _events.Add(Bytes(client, bytes, _events.Count * 1000L));

    private void Lose(bool client, long length) => _events.Add(new Event.Gap(client, length, _events.Count * 1000L));

    private string[] Outcome(bool handshake = true) => [.. Run(_events, handshake: handshake).Exchanges.Select(Show)];

    private static string Show(Seen one) =>
        $"{one.Method}{one.Path} [{one.RequestHeaders}] {(one.HasResponse ? one.Status : -1)} [{one.ResponseHeaders}] {one.ResponseBody} {(one.Complete ? "complete" : "")} {one.Anomalies}".TrimEnd();

    [Fact]
    public void A_gap_within_data_costs_only_that_body()
    {
        Begin();
        Add(true, Request(1));
        var response = _server.Headers(1, ":status=200|x-server=same").Data(1, "0123456789").Data(1, "end", end: true).Take();
        var at = response.Length - 12 - 6;
        Add(false, response[..at]);
        Lose(false, 4);
        Add(false, response[(at + 4)..]);
        Add(true, Request(3));
        Add(false, Response(3));
        var seen = Run(_events).Exchanges;
        Assert.Equal(["GET/1 [x-id=same] 200 [x-server=same] 0123  ResponseGap", "GET/3 [x-id=same] 200 [x-server=same] ok complete"], seen.Select(Show));
        Assert.Equal((13, 4, true), (seen[0].ResponseBodyBytes, seen[0].GapBytes, seen[0].ResponseTruncated));
    }

    [Fact]
    public void After_lost_frames_of_the_server_headers_from_before_are_unknown_never_wrong()
    {
        Begin();
        Add(true, Request(1));
        Add(false, Response(1));
        Add(true, Request(3));
        Lose(false, Response(3).Length);
        Add(true, Request(5));
        Add(false, Response(5));
        Add(true, Request(7, "|x-new=1"));
        Add(false, _server.Headers(7, ":status=200|x-server=same|x-new=1").Data(7, "a", end: true).Take());
        Add(true, Request(9));
        Add(false, _server.Headers(9, ":status=200|x-new=1").Data(9, "b", end: true).Take());
        Assert.Equal(
        [
            "GET/1 [x-id=same] 200 [x-server=same] ok complete",
            "GET/5 [x-id=same] 200 [] ok  HeaderUnknown",
            "GET/7 [x-id=same|x-new=1] 200 [x-new=1] a  HeaderUnknown",
            "GET/9 [x-id=same] 200 [x-new=1] b complete",
            "GET/3 [x-id=same] -1 []   ResponseMissingLost",
        ], Outcome());
    }

    [Fact]
    public void Lost_requests_leave_responses_without_request_and_later_pairs_intact()
    {
        Begin();
        Add(true, Request(1));
        Add(false, Response(1));
        Lose(true, Request(3).Length);
        Add(false, Response(3, "three"));
        Add(true, Request(5));
        Add(false, Response(5, "five"));
        Assert.Equal(
        [
            "GET/1 [x-id=same] 200 [x-server=same] ok complete", " [] 200 [x-server=same] three  RequestMissing",
            "GET/5 [] 200 [x-server=same] five  HeaderUnknown",
        ], Outcome());
    }

    [Fact]
    public void A_capture_that_joins_late_reads_what_comes_and_marks_what_it_cannot_know()
    {
        // Before the capture: both tables are filled.
        Request(1, path: "/api/items");
        Response(1);
        Add(true, Request(3, path: "/api/items"));
        Add(false, Response(3));
        Add(true, Request(5, path: "/api/new"));
        Add(false, Response(5));
        Add(true, Request(7, path: "/api/new"));
        Add(false, Response(7));
        Assert.Equal(
        [
            "GET [] 200 [] ok  HeaderUnknown", "GET/api/new [] 200 [] ok  HeaderUnknown",
            "GET/api/new [] 200 [] ok  HeaderUnknown",
        ], Outcome(handshake: false));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(17)]
    public void A_join_within_a_frame_finds_the_next_one(int cut)
    {
        var before = _server.Headers(1, ":status=200").Data(1, new string('x', 40), end: true).Take();
        Add(false, before[cut..]);
        Add(true, Request(3));
        Add(false, Response(3));
        Add(true, Request(5));
        Add(false, Response(5));
        Assert.Contains("GET/3 [x-id=same] 200 [x-server=same] ok complete", Outcome(handshake: false));
        Assert.Contains("GET/5 [x-id=same] 200 [x-server=same] ok complete", Outcome(handshake: false));
    }

    [Fact]
    public void Frames_are_found_in_the_middle_of_segments()
    {
        Begin();
        Add(true, Request(1));
        var response = Response(1, new string('y', 300));
        Add(false, response[..50]);
        Lose(false, 400);
        // The rest of some large frame, then whole frames in the same segment, cut anywhere.
        var random = new Random(3);
        var rest = new byte[700];
        random.NextBytes(rest);
        Add(true, Request(3));
        Add(true, Request(5));
        var frames = PacketBuilder.Concat(rest, Response(3), Response(5));
        Add(false, frames[..720]);
        Add(false, frames[720..]);
        var seen = Run(_events).Exchanges;
        Assert.Equal(["/3 200 ok", "/5 200 ok"], seen.Where(one => !one.Has(Anomaly.ResponseGap)).Select(one => $"{one.Path} {one.Status} {one.ResponseBody}"));
        Assert.True(seen.Single(one => one.Path == "/1").Has(Anomaly.ResponseGap));
    }

    [Fact]
    public void A_preface_after_a_late_join_makes_everything_known()
    {
        Begin();
        Add(true, Request(1));
        Add(false, Response(1));
        Add(true, Request(3));
        Add(false, Response(3));
        Assert.All(Run(_events, handshake: false).Exchanges, one => Assert.Equal(("", true), (one.Anomalies, one.Complete)));
    }

    [Fact]
    public void Streams_that_may_have_ended_in_a_gap_are_let_go_after_a_while()
    {
        var options = new ConversationOptions { Http2 = new Http2Limits { LostStreamNs = 2_000 } };
        Begin();
        Add(true, Request(1));
        Lose(false, Response(1).Length);
        foreach (var id in new[] { 3, 5, 7 })
        {
            Add(true, Request(id));
            Add(false, Response(id));
        }

        var seen = Run(_events, options).Exchanges;
        Assert.Equal("/3 /1 /5 /7", string.Join(' ', seen.Select(one => one.Path)));
        Assert.True(seen[1].Has(Anomaly.ResponseMissingLost));
    }

    [Fact]
    public void Any_gap_anywhere_gives_no_wrong_pair_and_no_invented_field()
    {
        var random = new Random(17);
        for (var round = 0; round < 400; round++)
        {
            var (client, server) = (new Http2Writer(), new Http2Writer());
            var events = new List<Event> { Bytes(true, client.Raw(Http2Writer.Preface).Settings().Take(), 0), Bytes(false, server.Settings().Take(), 1) };
            for (var i = 0; i < 12; i++)
            {
                var id = (i * 2) + 1;
                var request = client.Headers(id, $":method=GET|:scheme=http|:path=/{id}|:authority=h|x-n={i % 3}|x-{i % 4}=v{i % 4}", end: true).Take();
                var response = server.Headers(id, $":status=200|x-path=/{id}|y-{i % 4}=w{i % 4}").Data(id, $"/{id}" + new string('.', random.Next(200)), end: true).Take();
                Cut(events, true, request, random, i * 100);
                Cut(events, false, response, random, (i * 100) + 50);
            }

            foreach (var one in Run(events, handshake: round % 2 == 0).Exchanges)
            {
                if (one is { HasRequest: true, HasResponse: true } && one.Path.Length > 0 && one.ResponseBody.Length > 0 && !one.ResponseTruncated)
                    Assert.StartsWith(one.Path + ".", one.ResponseBody + ".", StringComparison.Ordinal);
                if (one.Path.Length > 0) Assert.Equal($"/{one.StreamId}", one.Path);
                foreach (var field in one.RequestHeaders.Split('|', StringSplitOptions.RemoveEmptyEntries)) Assert.Matches(@"^x-(n=[012]|([0-3])=v\2)$", field);
                foreach (var field in one.ResponseHeaders.Split('|', StringSplitOptions.RemoveEmptyEntries)) Assert.Matches($@"^(x-path=/{one.StreamId}|y-([0-3])=w\2)$", field);
            }
        }
    }

    private static void Cut(List<Event> events, bool client, byte[] bytes, Random random, long ns)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(bytes.Length - at, 1 + random.Next(120));
            events.Add(random.Next(12) == 0 ? new Event.Gap(client, length, ns) : Bytes(client, bytes[at..(at + length)], ns));
            at += length;
        }
    }
}
