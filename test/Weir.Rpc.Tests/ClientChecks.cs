using Google.Protobuf;
using Weir.Rpc.Client;
using Weir.Rpc.Tests.Peers;
using Weir.Rpc.Tests.Protos;

namespace Weir.Rpc.Tests;

/// <summary>What must hold for our client whoever serves the echo.</summary>
internal static class ClientChecks
{
    /// <summary>Calls that the server sees end before it answered.</summary>
    public const int Abandoned = 2;

    /// <summary>A part that hangs is named.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static async Task All(RpcChannel channel)
    {
        foreach (var part in new Func<RpcChannel, Task>[] { Answers, Errors, Metadata, Ends, Sizes })
        {
            try
            {
                await part(channel).WaitAsync(s_patience);
            }
            catch (TimeoutException)
            {
                Assert.Fail($"{part.Method.Name} hangs");
            }
        }
    }

    private static async Task Answers(RpcChannel channel)
    {
        Assert.Equal("Grüße", (await channel.Unary(EchoService.Say, new Text { Text_ = "Grüße" })).Text_);
        Assert.Equal(new Text(), await channel.Unary(EchoService.Say, new Text()));
        Assert.Equal(Enumerable.Range(0, 100), await Numbers(channel.ServerStreaming(EchoService.Count, new Text { Number = 100 })));
        Assert.Empty(await Numbers(channel.ServerStreaming(EchoService.Count, new Text())));
        var sum = await channel.ClientStreaming(EchoService.Sum, Enumerable.Range(0, 100).Select(i => new Text { Number = i }).ToAsyncEnumerable());
        Assert.Equal((4950, "100"), (sum.Number, sum.Text_));
        await using (var talk = channel.Start(EchoService.Talk))
        {
            // Each question after the answer before it: both directions are open at once.
            for (var i = 0; i < 50; i++)
            {
                Assert.True(await talk.Write(new Text { Number = i }));
                Assert.Equal(i, (await talk.Read())!.Number);
            }

            Assert.True(await talk.Complete());
            Assert.Null(await talk.Read());
        }

        var many = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => channel.Unary(EchoService.Say, new Text { Number = i })));
        Assert.Equal(Enumerable.Range(0, 200), many.Select(one => one.Number));
    }

    private static async Task Errors(RpcChannel channel)
    {
        var failure = await Fails(RpcStatusCode.NotFound, channel.Unary(EchoService.Say, new Text { Text_ = "fail" }));
        Assert.Equal(EchoService.Failure, failure.Status.Message);
        Assert.Equal("gone", failure.Trailers.Text("x-reason"));
        Assert.Equal([0, 255, 128], failure.Trailers.Bytes("x-bytes-bin"));
        var got = new List<int>();
        await Fails(RpcStatusCode.DataLoss, Task.Run(async () =>
        {
            await foreach (var one in channel.ServerStreaming(EchoService.Count, new Text { Number = 3, Text_ = "fail" })) got.Add(one.Number);
        }));
        Assert.Equal([0, 1, 2], got);
        await Fails(RpcStatusCode.Unimplemented, channel.Unary(EchoService.Say with { Name = "Nothing" }, new Text()));
        await Fails(RpcStatusCode.Unimplemented, channel.Unary(EchoService.Say with { Service = "no.Service" }, new Text()));
    }

    private static async Task Metadata(RpcChannel channel)
    {
        var all = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        await using var call = channel.Start(EchoService.Say, new RpcCallOptions { Metadata = new RpcMetadata { { "x-name", "a b,c" }, { "x-bytes-bin", all } } });
        Assert.True(await call.Write(new Text { Number = 1 }));
        Assert.True(await call.Complete());
        var headers = await call.ReadHeaders();
        Assert.Equal("a b,c", headers.Text("x-name"));
        Assert.Equal(all, headers.Bytes("x-bytes-bin"));
        Assert.Equal(1, (await call.Read())!.Number);
        Assert.Null(await call.Read());
        Assert.Equal("over", call.Trailers.Text("x-end"));
    }

    private static async Task Ends(RpcChannel channel)
    {
        var deadline = new RpcCallOptions { Deadline = TimeSpan.FromMilliseconds(300) };
        await Fails(RpcStatusCode.DeadlineExceeded, channel.Unary(EchoService.Say, new Text { Text_ = "slow" }, deadline));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Fails(RpcStatusCode.Cancelled, channel.Unary(EchoService.Say, new Text { Text_ = "slow" }, new RpcCallOptions { Cancellation = stop.Token }));
    }

    private static async Task Sizes(RpcChannel channel)
    {
        var data = ByteString.CopyFrom([.. Enumerable.Range(0, 3 << 20).Select(i => (byte)i)]);
        Assert.Equal(data, (await channel.Unary(EchoService.Say, new Text { Data = data })).Data);
        var part = ByteString.CopyFrom(data.Span[..50_000]);
        Assert.All(await Texts(channel.ServerStreaming(EchoService.Count, new Text { Number = 3, Data = part })), one => Assert.Equal(part, one.Data));
        await Fails(RpcStatusCode.ResourceExhausted, channel.Unary(EchoService.Say, new Text { Text_ = "big", Number = 5 << 20 }));
    }

    public static async Task<RpcException> Fails(RpcStatusCode code, Task call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.True(failure.Code == code, $"{code} expected, but it ended with {failure.Status}");
        return failure;
    }

    private static async Task<List<int>> Numbers(IAsyncEnumerable<Text> texts) => [.. (await Texts(texts)).Select(one => one.Number)];

    private static async Task<List<Text>> Texts(IAsyncEnumerable<Text> texts)
    {
        var all = new List<Text>();
        await foreach (var text in texts) all.Add(text);
        return all;
    }
}
