using Weir.Records;
using Weir.Streams;
using Xunit;
using static Weir.Protocols.Tests.Traffic;

namespace Weir.Protocols.Tests;

/// <summary>Each response's body names the request it answers, so a wrong pairing shows wherever a gap falls.</summary>
public sealed class Http1LossTests
{
    private sealed record Part(bool Client, string Text, long Ns);

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 30)]
    [InlineData(true, 170)]
    [InlineData(false, 1)]
    [InlineData(false, 30)]
    [InlineData(false, 170)]
    [InlineData(false, 400)]
    public void A_gap_anywhere_never_pairs_wrongly_and_invents_no_body(bool client, int length)
    {
        foreach (var (name, parts) in Conversations())
        {
            var total = parts.Where(p => p.Client == client).Sum(p => p.Text.Length);
            for (var at = 0; at < total; at++)
            {
                var seen = Run(WithGap(parts, client, at, length)).Exchanges;
                foreach (var one in seen) Check(one, $"{name}: gap of {length} at {at}: {one}");
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Keep_alive_finds_its_pairs_again_after_any_gap(bool client)
    {
        var parts = Sequential(10);
        var total = parts.Where(p => p.Client == client).Sum(p => p.Text.Length);
        for (var at = 0; at < total / 2; at++)
        {
            var seen = Run(WithGap(parts, client, at, 90)).Exchanges;
            var last = Assert.Single(seen, one => one.Path == "/r/9");
            Assert.True(last.Complete, $"gap at {at}: {last}");
            Assert.True(seen.Count(one => one.Complete) >= 3, $"gap at {at}: only {seen.Count(one => one.Complete)} complete");
        }
    }

    [Fact]
    public void The_rest_of_a_cut_method_is_no_method()
    {
        var seen = Run(
            [C("ET /cut HTTP/1.1\r\nHost: a\r\n\r\nGET /whole HTTP/1.1\r\nHost: a\r\n\r\n", 1), S(Response(1), 2)], handshake: false).Exchanges;
        Assert.DoesNotContain(seen, one => one.Method == "ET");
        Assert.Contains(seen, one => one.Path == "/whole");
    }

    [Fact]
    public void A_gap_inside_a_body_of_known_length_stays_in_sync()
    {
        var seen = Run(
        [
            C(Request(0, ""), 1), S("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", 2), new Event.Gap(false, 4, 3), S("hij", 4),
            C(Request(1, ""), 5), S(Response(1), 6),
        ]).Exchanges;
        Assert.Equal(2, seen.Count);
        Assert.Equal(("abc", 10, true, false, 4), (seen[0].ResponseBody, seen[0].ResponseBodyBytes, seen[0].ResponseTruncated, seen[0].Complete, seen[0].GapBytes));
        Assert.Equal("ResponseGap", seen[0].Anomalies);
        Assert.True(seen[1].Complete);
    }

    [Fact]
    public void A_lost_response_leaves_its_request_without_one()
    {
        var seen = Run(
        [
            C(Request(0, ""), 1), new Event.Gap(false, Response(0).Length, 3), C(Request(1, ""), 5), S(Response(1), 6),
        ]).Exchanges;
        Assert.Equal(["/r/0", "/r/1"], seen.Select(one => one.Path));
        Assert.Equal("ResponseMissingLost ResponseGap", seen[0].Anomalies);
        Assert.Equal("answer to /r/1", seen[1].ResponseBody);
    }

    [Fact]
    public void A_capture_that_begins_inside_a_body_starts_at_the_next_message()
    {
        var (seen, factory) = Run(
            [S("rest of a body }\r\n", 1), C(Request(1, ""), 2), S(Response(1), 3), C(Request(2, ""), 4), S(Response(2), 5)],
            handshake: false);
        Assert.Equal(["/r/1", "/r/2"], seen.Select(one => one.Path));
        Assert.All(seen, one => Assert.True(one.Complete, one.ToString()));
        Assert.Equal(18, factory.Counters.OpaqueBytes);
    }

    [Fact]
    public void Mid_stream_the_sender_of_a_request_is_the_client_whoever_was_seen_first()
    {
        var seen = Run(
            [new Event.Bytes(true, Ascii(Response(0)), 1), new Event.Bytes(false, Ascii(Request(1, "")), 2),
             new Event.Bytes(true, Ascii(Response(1)), 3)],
            handshake: false).Exchanges;
        Assert.Equal(2, seen.Count);
        Assert.Equal("RequestMissing", seen[0].Anomalies);
        Assert.Equal(("/r/1", ResponderPort), (seen[1].Path, seen[1].ClientPort));
        Assert.True(seen[1].Complete);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void Random_gaps_and_cuts_never_pair_wrongly(int seed)
    {
        var random = new Random(seed);
        var all = Conversations().ToArray();
        for (var round = 0; round < 4000; round++)
        {
            var parts = all[random.Next(all.Length)].Parts;
            var client = random.Next(2) == 0;
            var total = parts.Where(p => p.Client == client).Sum(p => p.Text.Length);
            var events = WithGap(parts, client, random.Next(total), 1 + random.Next(300)).ToList();
            if (random.Next(3) == 0) events.RemoveRange(events.Count / 2, events.Count - (events.Count / 2));
            foreach (var one in Run(events, handshake: random.Next(4) > 0).Exchanges) Check(one, $"round {round}: {one}");
        }
    }

    private static void Check(Seen one, string what)
    {
        if (one.Complete) Assert.True(one.ResponseBody == "answer to " + one.Path, what);
        if (!one.HasResponse || one.Status == 0) return;
        // What is there of a body is the beginning of a true one, and of the right one when its request is known.
        var whole = one.HasRequest && one.Path.Length == 4 ? "answer to " + one.Path : "answer to /r/";
        var body = one.ResponseBody[..Math.Min(one.ResponseBody.Length, whole.Length)];
        Assert.True(whole.StartsWith(body, StringComparison.Ordinal), what);
        Assert.True(one.ResponseBody.Length <= "answer to /r/0".Length, what);
        if (one.HasRequest) Assert.True("uuuuuuuuuu".StartsWith(one.RequestBody, StringComparison.Ordinal), what);
    }

    private static IEnumerable<(string Name, List<Part> Parts)> Conversations()
    {
        yield return ("sequential", Sequential(6));
        yield return ("pipelined in one chunk", Pipelined(apart: 0));
        yield return ("pipelined in many chunks", Pipelined(apart: 100));
        yield return ("mixed", [.. Sequential(3), .. Pipelined(apart: 100, first: 3, ns: 100_000_000)]);
    }

    private static List<Part> Sequential(int count)
    {
        var parts = new List<Part>();
        for (var i = 0; i < count; i++)
        {
            parts.Add(new Part(true, Request(i, i % 3 == 1 ? "uuuuuuuuuu" : ""), (i * 10_000_000) + 1));
            parts.Add(new Part(false, Response(i), (i * 10_000_000) + 2_000_000));
        }

        return parts;
    }

    private static List<Part> Pipelined(long apart, int first = 0, long ns = 0)
    {
        var parts = new List<Part>();
        if (apart == 0) parts.Add(new Part(true, string.Concat(Enumerable.Range(first, 5).Select(i => Request(i, i % 3 == 1 ? "uuuuuuuuuu" : ""))), ns));
        else parts.AddRange(Enumerable.Range(first, 5).Select((i, n) => new Part(true, Request(i, ""), ns + (n * apart))));
        parts.AddRange(Enumerable.Range(first, 5).Select((i, n) => new Part(false, Response(i), ns + 1_000_000 + n)));
        return parts;
    }

    private static string Request(int i, string body) =>
        $"{(body.Length > 0 ? "POST" : "GET")} /r/{i} HTTP/1.1\r\nHost: h\r\n"
        + (body.Length > 0 ? $"Content-Length: {body.Length}\r\n" : "") + $"\r\n{body}";

    private static string Response(int i)
    {
        var body = $"answer to /r/{i}";
        return i % 2 == 0
            ? $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}"
            : $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{body[..4]}\r\n{body.Length - 4:x}\r\n{body[4..]}\r\n0\r\n\r\n";
    }

    /// <summary>Cuts bytes out of one direction; the gap is told, as reassembly does, when the next bytes come.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_response_that_could_not_be_read_may_have_been_the_answer(bool handshake)
    {
        var (seen, _) = Run(
        [
            C("GET /lost HTTP/1.1\r\nHost: a\r\n\r\n", 1_000),
            S("on/json\r\nContent-Length: 2\r\n\r\n{}", 2_000),
            S("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n/found", 4_000),
        ], handshake: handshake);
        Assert.Equal(2, seen.Count);
        Assert.All(seen, one => Assert.False(one.Complete, one.ToString()));
    }

    private static IEnumerable<Event> WithGap(List<Part> parts, bool client, int at, int length)
    {
        long position = 0;
        long lost = 0;
        foreach (var part in parts)
        {
            if (part.Client != client)
            {
                yield return new Event.Bytes(part.Client, Ascii(part.Text), part.Ns);
                continue;
            }

            var before = (int)Math.Clamp(at - position, 0, part.Text.Length);
            var after = (int)Math.Clamp(at + length - position, 0, part.Text.Length);
            if (before > 0) yield return new Event.Bytes(client, Ascii(part.Text[..before]), part.Ns);
            lost += after - before;
            if (after < part.Text.Length)
            {
                if (lost > 0) yield return new Event.Gap(client, lost, part.Ns);
                lost = 0;
                if (after > before || before == 0) yield return new Event.Bytes(client, Ascii(part.Text[after..]), part.Ns);
            }

            position += part.Text.Length;
        }

        if (lost > 0) yield return new Event.Gap(client, lost, parts[^1].Ns);
    }
}
