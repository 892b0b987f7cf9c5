using System.Net;
using System.Text;
using Google.Protobuf;
using Weir.Center.Auth;
using Weir.Center.Tests.Auth;
using Weir.Rpc;
using Weir.Rpc.Center;
using Weir.Rpc.Center.V1;

namespace Weir.Center.Tests.Packets;

/// <summary><c>/api/v1/packets</c>: raw packets from this process and from probes.</summary>
public sealed class PacketRouteTests
{
    private const string Times = "from=2026-01-31T11:00:00Z&to=2026-01-31T13:00:00Z";

    [Fact]
    public async Task The_whole_connections_of_matching_calls_come_from_the_probes_that_captured_them()
    {
        await using var lab = await PacketLab.Start();
        await lab.Probe("node-1", lab.Keep("one", [.. Enumerable.Range(0, 10)]));
        await lab.Probe("node-2", lab.Keep("two", [.. Enumerable.Range(10, 10)]));
        await lab.Probe("node-3", null);
        await lab.Store("node-1", 1, 2, 3);
        await lab.Store("node-2", 12, 13);
        await lab.Store("node-3", 30);
        PacketLab.Equal([2], await PacketLab.Read(await lab.Center.Get($"/api/v1/packets?where=path=='/orders/2'&{Times}")));
        PacketLab.Equal([13], await PacketLab.Read(await lab.Center.Get($"/api/v1/packets?id={Calls.Id(13)}")));
        // Each call asks for its connection once, the newest first; within a node frames come as they were kept.
        using (var all = await lab.Center.Get($"/api/v1/packets?where=method=='GET'&{Times}"))
        {
            Assert.Equal("node-3", Assert.Single(all.Headers.GetValues("Weir-Missing-Nodes")));
            var bytes = await all.Content.ReadAsByteArrayAsync();
            Assert.Contains("nothing is here of node-3", Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
            PacketLab.Equal([1, 2, 3, 12, 13], await PacketLab.Read(all));
        }

        PacketLab.Equal([12, 13], await PacketLab.Read(await lab.Center.Get($"/api/v1/packets?where=method=='GET'&node=node-2&{Times}")));
        PacketLab.Equal([4, 5], await PacketLab.Read(await lab.Center.Get("/api/v1/packets?node=node-1&from=2026-01-31T12:00:00.0039Z&to=2026-01-31T12:00:00.0058Z")));
        PacketLab.Equal(Enumerable.Range(0, 20), await PacketLab.Read(await lab.Center.Get($"/api/v1/packets?{Times}")));
        var nodes = await lab.Center.Json("/api/v1/packets/nodes");
        Assert.Equal(["node-1", "node-2"], nodes.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("name").GetString()));
        Assert.Equal(PacketLab.Frames(0).Count * 10, nodes.GetProperty("items")[0].GetProperty("frames").GetInt32());
        Assert.Empty(new Described(await lab.Center.Json("/openapi/v1.json")).Compare("/api/v1/packets/nodes", nodes));
    }

    [Fact]
    public async Task A_capture_in_this_process_is_a_node_too()
    {
        await using var lab = await PacketLab.Start();
        lab.Center.Host.Keep("here", lab.Keep("here", 1, 2, 3));
        await lab.Store("here", 2);
        PacketLab.Equal([2], await PacketLab.Read(await lab.Center.Get($"/api/v1/packets?id={Calls.Id(2)}")));
        PacketLab.Equal([1, 2, 3], await PacketLab.Read(await lab.Center.Get($"/api/v1/packets?{Times}")));
        using var head = await lab.Center.Send(HttpMethod.Head, $"/api/v1/packets?{Times}");
        Assert.Equal((HttpStatusCode.OK, 0), (head.StatusCode, (await head.Content.ReadAsByteArrayAsync()).Length));
    }

    [Fact]
    public async Task It_is_for_administrators_and_each_download_is_a_line_of_the_audit_log()
    {
        await using var lab = await PacketLab.Start();
        lab.Center.Host.Keep("here", lab.Keep("here", 1));
        foreach (var role in (Role[])[Role.Viewer, Role.Operator, Role.Logger])
        {
            using var visitor = Visitor.Of(lab.Center, role);
            Assert.Equal(HttpStatusCode.Forbidden, await visitor.Status("GET", $"/api/v1/packets?{Times}"));
            Assert.Equal(HttpStatusCode.Forbidden, await visitor.Status("GET", "/api/v1/packets/nodes"));
        }

        await PacketLab.Read(await lab.Center.Get($"/api/v1/packets?{Times}"));
        var line = Assert.Single((await lab.Center.Json("/api/v1/audit?kind=read")).GetProperty("items").EnumerateArray());
        Assert.Equal(("admin", "getRawPackets", "here"), (line.GetProperty("actor").GetString(), line.GetProperty("action").GetString(), line.GetProperty("target").GetString()));
        Assert.Equal("from=2026-01-31T11:00:00Z to=2026-01-31T13:00:00Z", line.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("", HttpStatusCode.NotFound, "No node keeps raw packets")]
    [InlineData("node=elsewhere", HttpStatusCode.NotFound, "elsewhere keeps no raw packets")]
    public async Task Without_a_node_that_keeps_any_that_is_said(string query, HttpStatusCode status, string words)
    {
        await using var lab = await PacketLab.Start();
        await Refused(lab, query, status, words);
    }

    [Theory]
    [InlineData("where=status_code%20%3E", HttpStatusCode.BadRequest, "where")]
    [InlineData("from=yesterday", HttpStatusCode.BadRequest, "from")]
    [InlineData("id=nobody", HttpStatusCode.NotFound, "no call of this id")]
    [InlineData("where=path=='/nothing'&" + Times, HttpStatusCode.NotFound, "No stored call matches")]
    [InlineData("where=path=='/orders/30'&" + Times, HttpStatusCode.NotFound, "node-3")]
    [InlineData("where=path=='/orders/31'&" + Times, HttpStatusCode.NotFound, "no node")]
    public async Task What_cannot_be_answered_is_said(string query, HttpStatusCode status, string words)
    {
        await using var lab = await PacketLab.Start();
        lab.Center.Host.Keep("here", lab.Keep("here", 1));
        await lab.Store("node-3", 30);
        await lab.Store(null, 31);
        await Refused(lab, query, status, words);
    }

    [Fact]
    public async Task More_matching_calls_than_the_limit_are_refused()
    {
        await using var lab = await PacketLab.Start(limits => limits with { MaxCalls = 3 });
        lab.Center.Host.Keep("here", lab.Keep("here", 1, 2, 3, 4));
        await lab.Store("here", 1, 2, 3);
        PacketLab.Equal([1, 2, 3], await PacketLab.Read(await lab.Center.Get($"/api/v1/packets?where=method=='GET'&{Times}")));
        await lab.Store("here", 4);
        await Refused(lab, $"where=method=='GET'&{Times}", HttpStatusCode.BadRequest, "more than 3 calls match");
    }

    [Fact]
    public async Task A_file_beyond_the_limit_ends_and_says_so()
    {
        await using var lab = await PacketLab.Start(limits => limits with { MaxBytes = 3_000 });
        await lab.Probe("node-1", lab.Keep("one", 1, 2));
        await lab.Probe("node-2", lab.Keep("two", 3, 4));
        using var response = await lab.Center.Get($"/api/v1/packets?{Times}");
        Assert.Contains("cut: there are more packets than 3000 bytes", Encoding.Latin1.GetString(await response.Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
        var frames = await PacketLab.Read(response);
        Assert.InRange(frames.Sum(frame => frame.Data.Length), 2_000, 3_000);
        Assert.Equal(PacketLab.Frames(1)[0].Data, frames[0].Data);
    }

    [Fact]
    public async Task A_probe_that_does_not_answer_is_given_up()
    {
        await using var lab = await PacketLab.Start(limits => limits with { AnswerTime = TimeSpan.FromMilliseconds(300) });
        await lab.Strange("node-1", (_, _) => Task.CompletedTask);
        await Refused(lab, Times, HttpStatusCode.ServiceUnavailable, "node-1 does not answer");
    }

    [Fact]
    public async Task A_probe_that_breaks_off_or_says_why_not_is_told()
    {
        await using var lab = await PacketLab.Start();
        var failure = "";
        await lab.Strange("node-1", async (channel, request) =>
        {
            await using var call = channel.Start(CenterMethods.SendPackets);
            await call.Write(new PacketChunk { Id = request.Id });
            if (failure.Length > 0) await call.Write(new PacketChunk { End = new PacketEnd { Failure = failure } });
            await call.Complete();
            await call.Read();
        });
        await Refused(lab, Times, HttpStatusCode.ServiceUnavailable, "node-1 broke off");
        failure = "the disk is gone";
        await Refused(lab, Times, HttpStatusCode.ServiceUnavailable, "node-1: the disk is gone");
    }

    [Fact]
    public async Task A_download_that_takes_too_long_is_broken_off()
    {
        await using var lab = await PacketLab.Start(limits => limits with { MaxTime = TimeSpan.FromMilliseconds(500) });
        var ended = new TaskCompletionSource<RpcStatusCode>();
        await lab.Strange("node-1", async (channel, request) => ended.SetResult(await SendForEver(channel, request)));
        using var response = await lab.Center.Get($"/api/v1/packets?{Times}");
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsByteArrayAsync());
        // The probe is told, and sends no more.
        Assert.Equal(RpcStatusCode.Cancelled, await ended.Task.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_user_has_one_download_at_a_time_and_another_user_one_beside_it()
    {
        await using var lab = await PacketLab.Start();
        lab.Center.Host.Keep("here", lab.Keep("here", 1));
        var ended = new TaskCompletionSource<RpcStatusCode>();
        await lab.Strange("node-1", async (channel, request) => ended.SetResult(await SendForEver(channel, request)));
        using (var slow = await lab.Center.Get($"/api/v1/packets?node=node-1&{Times}"))
        {
            Assert.Equal(HttpStatusCode.OK, slow.StatusCode);
            await Refused(lab, $"node=here&{Times}", HttpStatusCode.TooManyRequests, "One download of raw packets at a time");
            using var other = Visitor.Of(lab.Center, Role.Admin);
            Assert.Equal(HttpStatusCode.OK, await other.Status("GET", $"/api/v1/packets?node=here&{Times}"));
        }

        // Whoever goes away leaves the place free, and the probe in peace.
        Assert.Equal(RpcStatusCode.Cancelled, await ended.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        await TestCenter.Until(async () => (await lab.Center.Get($"/api/v1/packets?node=here&{Times}")).StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_is_not_taken()
    {
        await using var lab = await PacketLab.Start();
        using var channel = new Weir.Rpc.Client.RpcChannel("127.0.0.1", lab.Center.Host.ProbeEndpoint!.Port);
        foreach (var id in (byte[][])[[], new byte[16], new byte[3]])
        {
            await using var call = channel.Start(CenterMethods.SendPackets);
            await call.Write(new PacketChunk { Id = ByteString.CopyFrom(id), Data = ByteString.CopyFromUtf8("packets") });
            Assert.Equal(RpcStatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await call.Read())).Code);
        }
    }

    [Fact]
    public async Task A_node_that_has_gone_is_not_asked()
    {
        await using var lab = await PacketLab.Start();
        using (var channel = new Weir.Rpc.Client.RpcChannel("127.0.0.1", lab.Center.Host.ProbeEndpoint!.Port))
        {
            await using var call = channel.Start(CenterMethods.Deliver);
            await call.Write(new FromProbe { Hello = new Hello { Probe = "node-1", Version = "9.9", KeepsPackets = true } });
            await call.Read();
            await TestCenter.Until(async () => (await lab.Center.Json("/api/v1/packets/nodes")).GetProperty("items").GetArrayLength() == 1);
        }

        await TestCenter.Until(async () => (await lab.Center.Json("/api/v1/packets/nodes")).GetProperty("items").GetArrayLength() == 0);
    }

    private static async Task<RpcStatusCode> SendForEver(Weir.Rpc.Client.RpcChannel channel, PacketRequest request)
    {
        await using var call = channel.Start(CenterMethods.SendPackets);
        await call.Write(new PacketChunk { Id = request.Id });
        while (await call.Write(new PacketChunk { Data = ByteString.CopyFrom(new byte[10_000]) })) await Task.Delay(5);
        return (await Assert.ThrowsAsync<RpcException>(async () => await call.Read())).Code;
    }

    private static async Task Refused(PacketLab lab, string query, HttpStatusCode status, string words)
    {
        using var response = await lab.Center.Get($"/api/v1/packets?{query}");
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains(words, text, StringComparison.Ordinal);
    }
}
