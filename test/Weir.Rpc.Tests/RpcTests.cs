using System.Net;
using System.Net.Sockets;
using Weir.Rpc.Client;
using Weir.Rpc.Health;
using Weir.Rpc.Health.V1;
using Weir.Rpc.Server;
using Weir.Rpc.Tests.Peers;
using Weir.Rpc.Tests.Protos;

namespace Weir.Rpc.Tests;

/// <summary>Our client and our server, and what neither does in the tests with Python.</summary>
public sealed class RpcTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_kind_of_call_works_between_our_own_ends(bool encrypted)
    {
        using var certificates = new TestCertificates();
        await using var server = await EchoServer.Start(options => options with
        {
            Tls = encrypted ? new RpcServerTls(certificates.Server, certificates.Authorities) : null,
        });
        using var channel = server.Connect(new RpcChannelOptions
        {
            Gzip = true,
            Tls = encrypted ? new RpcClientTls(certificates.Authorities, certificates.Client) : null,
        });
        await ClientChecks.All(channel);
        await Waiting.Until(() => server.Echo.Abandoned == ClientChecks.Abandoned);
    }

    [Fact]
    public async Task A_client_certificate_of_another_authority_or_for_servers_is_refused()
    {
        using var certificates = new TestCertificates();
        await using var server = await EchoServer.Start(options => options with { Tls = new RpcServerTls(certificates.Server, certificates.Authorities) });
        foreach (var wrong in new[] { null, certificates.Stranger, certificates.Server })
        {
            using var channel = server.Connect(new RpcChannelOptions { Tls = new RpcClientTls(certificates.Authorities, wrong) });
            await ClientChecks.Fails(RpcStatusCode.Unavailable, channel.Unary(EchoService.Say, new Text()));
        }
    }

    [Fact]
    public async Task Whoever_is_not_authorized_gets_the_status_that_says_so()
    {
        await using var server = await EchoServer.Start(options => options with
        {
            Authorize = call => call.Metadata.Text("authorization") == "Bearer made-up-for-this-test" ? RpcStatus.Ok : new RpcStatus(RpcStatusCode.Unauthenticated, "who are you?"),
        });
        using var channel = server.Connect();
        var failure = await ClientChecks.Fails(RpcStatusCode.Unauthenticated, channel.Unary(EchoService.Say, new Text()));
        Assert.Equal("who are you?", failure.Status.Message);
        var known = new RpcCallOptions { Metadata = new RpcMetadata { { "authorization", "Bearer made-up-for-this-test" } } };
        Assert.Equal(3, (await channel.Unary(EchoService.Say, new Text { Number = 3 }, known)).Number);
    }

    [Fact]
    public async Task The_handler_knows_how_long_the_client_waits()
    {
        await using var server = await EchoServer.Start();
        using var channel = server.Connect();
        await channel.Unary(EchoService.Say, new Text(), new RpcCallOptions { Deadline = TimeSpan.FromMinutes(3) });
        Assert.Equal(TimeSpan.FromMinutes(3), server.Echo.LastTimeout);
        await channel.Unary(EchoService.Say, new Text());
        Assert.Null(server.Echo.LastTimeout);
    }

    [Fact]
    public async Task A_watch_tells_the_state_of_a_service_and_each_change()
    {
        await using var server = await EchoServer.Start();
        using var channel = server.Connect();
        await using var watch = channel.Start(HealthService.Watch);
        await watch.Write(new HealthCheckRequest { Service = "later" });
        await watch.Complete();
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.ServiceUnknown, (await watch.Read())!.Status);
        server.Health.Set("later", serving: true);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await watch.Read())!.Status);
        server.Health.Set("later", serving: false);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await watch.Read())!.Status);
    }

    [Fact]
    public async Task A_channel_connects_again_after_its_server_went_and_came()
    {
        // Of those that the kernel gives to nobody by itself (ip_local_port_range), or a neighbour may have it in between.
        var listen = new IPEndPoint(IPAddress.Loopback, Random.Shared.Next(20_000, 30_000));
        var first = await EchoServer.Start(options => options with { Listen = listen });
        using var channel = first.Connect();
        await channel.Unary(EchoService.Say, new Text());
        await first.DisposeAsync();
        await ClientChecks.Fails(RpcStatusCode.Unavailable, channel.Unary(EchoService.Say, new Text()));
        await using var second = await EchoServer.Start(options => options with { Listen = listen });
        Assert.Equal(5, (await channel.Unary(EchoService.Say, new Text { Number = 5 })).Number);
    }

    [Fact]
    public async Task A_call_under_way_ends_as_unavailable_when_its_server_dies()
    {
        await using var server = await EchoServer.Start();
        using var proxy = new SilentProxy(server.Port);
        using var channel = new RpcChannel("127.0.0.1", proxy.Port);
        await using var call = channel.Start(EchoService.Talk);
        Assert.True(await call.Write(new Text { Number = 1 }));
        Assert.Equal(1, (await call.Read())!.Number);
        proxy.Dispose();
        await ClientChecks.Fails(RpcStatusCode.Unavailable, call.Read().AsTask());
        Assert.False(await call.Write(new Text()));
    }

    [Fact]
    public async Task A_peer_that_falls_silent_is_found_by_pings()
    {
        var limits = RpcLimits.Default with { PingDelay = TimeSpan.FromSeconds(1), PingTimeout = TimeSpan.FromSeconds(1) };
        await using var server = await EchoServer.Start(options => options with { Limits = limits });
        using var proxy = new SilentProxy(server.Port);
        using var channel = new RpcChannel("127.0.0.1", proxy.Port, new RpcChannelOptions { Limits = limits });
        await using var call = channel.Start(EchoService.Say);
        Assert.True(await call.Write(new Text { Text_ = "slow" }));
        await call.Complete();
        await Task.Delay(100);
        proxy.Silence();
        // Both ends find out by themselves: nobody sends anything but pings.
        await ClientChecks.Fails(RpcStatusCode.Unavailable, call.Read().AsTask());
        await Waiting.Until(() => server.Echo.Abandoned == 1);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_given_up_after_the_connect_timeout()
    {
        // The queue of a listener that accepts nobody is soon full; then the kernel answers no more.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var waiting = new List<Socket>();
        for (var i = 0; i < 4; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            waiting.Add(socket);
            Assert.Throws<SocketException>(() => socket.Connect(listener.LocalEndPoint!));
        }

        using var channel = new RpcChannel("127.0.0.1", ((IPEndPoint)listener.LocalEndPoint!).Port, new RpcChannelOptions
        {
            Limits = RpcLimits.Default with { ConnectTimeout = TimeSpan.FromMilliseconds(300) },
        });
        await ClientChecks.Fails(RpcStatusCode.Unavailable, channel.Unary(EchoService.Say, new Text()));
        foreach (var socket in waiting) socket.Dispose();
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed()
    {
        await using var server = await EchoServer.Start(options => options with { Limits = RpcLimits.Default with { MaxConnections = 1 } });
        using var first = server.Connect();
        using var second = server.Connect();
        await first.Unary(EchoService.Say, new Text());
        await ClientChecks.Fails(RpcStatusCode.Unavailable, second.Unary(EchoService.Say, new Text()));
        await first.Unary(EchoService.Say, new Text());
    }

    [Fact]
    public async Task Calls_beyond_the_limit_of_a_connection_wait_for_their_turn()
    {
        await using var server = await EchoServer.Start(options => options with { Limits = RpcLimits.Default with { MaxStreamsPerConnection = 1 } });
        using var channel = server.Connect();
        var call = channel.Start(EchoService.Talk);
        Assert.True(await call.Write(new Text()));
        Assert.NotNull(await call.Read());
        var next = channel.Unary(EchoService.Say, new Text { Number = 2 });
        await Task.Delay(100);
        Assert.False(next.IsCompleted);
        await call.DisposeAsync();
        Assert.Equal(2, (await next).Number);
    }

    [Fact]
    public async Task Metadata_beyond_the_limit_is_refused()
    {
        await using var server = await EchoServer.Start(options => options with { Limits = RpcLimits.Default with { MaxHeaderBytes = 2048 } });
        using var channel = server.Connect();
        var large = new RpcCallOptions { Metadata = new RpcMetadata { { "x-name", new string('x', 4000) } } };
        await Assert.ThrowsAsync<RpcException>(() => channel.Unary(EchoService.Say, new Text(), large));
        await channel.Unary(EchoService.Say, new Text());
    }

    [Fact]
    public async Task A_message_beyond_the_limit_is_refused_by_either_end()
    {
        await using var server = await EchoServer.Start(options => options with { Limits = RpcLimits.Default with { MaxMessageBytes = 1000 } });
        using var channel = server.Connect(new RpcChannelOptions { Limits = RpcLimits.Default with { MaxMessageBytes = 500 } });
        await ClientChecks.Fails(RpcStatusCode.ResourceExhausted, channel.Unary(EchoService.Say, new Text { Text_ = new string('x', 2000) }));
        await ClientChecks.Fails(RpcStatusCode.ResourceExhausted, channel.Unary(EchoService.Say, new Text { Text_ = new string('x', 800) }));
        await channel.Unary(EchoService.Say, new Text { Text_ = new string('x', 400) });
    }

    [Fact]
    public async Task A_connection_is_told_by_its_own_end_before_it_is_made_and_when_it_is_closed()
    {
        await using var server = await EchoServer.Start();
        var told = new List<IPEndPoint>();
        var closed = 0;
        using (var channel = server.Connect(new RpcChannelOptions
        {
            Connecting = local =>
            {
                told.Add(local);
                return new Closing(() => closed++);
            },
        }))
        {
            await channel.Unary(EchoService.Say, new Text());
            Assert.True(IPAddress.IsLoopback(told[^1].Address));
            Assert.NotEqual(0, told[^1].Port);
        }

        await Waiting.Until(() => closed == told.Count);
    }

    [Theory]
    [InlineData("GET", "application/grpc", 405)]
    [InlineData("POST", "application/json", 415)]
    public async Task What_is_no_call_is_refused_in_terms_of_HTTP(string method, string type, int status)
    {
        await using var server = await EchoServer.Start();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://127.0.0.1:{server.Port}/weir.rpc.test.Echo/Say")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = method == "GET" ? null : new StringContent("{}", System.Text.Encoding.UTF8, type),
        };
        using var response = await http.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_web_server_that_is_no_gRPC_server_is_told_as_such()
    {
        await using var server = await EchoServer.Start();
        using var channel = server.Connect();
        var failure = await ClientChecks.Fails(RpcStatusCode.Unimplemented, channel.Unary(EchoService.Say with { Service = "a/b" }, new Text()));
        Assert.Contains("there is no method", failure.Status.Message, StringComparison.Ordinal);
    }

    private sealed class Closing(Action closed) : IDisposable
    {
        public void Dispose() => closed();
    }
}
