using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using Weir.Testing.Corpus;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary>Mirrored and tunnelled traffic as a user asks for it.</summary>
public sealed class MirrorTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static TheoryData<string[], string[]> Ways => new()
    {
        { ["--source", "vxlan", "--vxlan-port", "PORT", "--vni", "17,18,-18"], [] },
        { ["--source", "vxlan", "--vxlan-port", "PORT", "-i", "127.0.0.1", "-p", "80", "--vni", "-18"], [] },
        { [], ["SNIFFER_ENGINE=mirror", "SNIFFER_MIRROR_VXLANPORT=PORT", "SNIFFER_MIRROR_VNIS=17", "APP_PORTS=80", "VPC_MIRROR_DEVICE=lo"] },
        { ["--vni=-18"], ["SNIFFER_ENGINE=vxlan", "SNIFFER_MIRROR_VXLANPORT=PORT", "SNIFFER_MIRROR_VNIS=99"] },
    };

    [SkippableTheory]
    [MemberData(nameof(Ways))]
    public async Task Mirrored_calls_of_the_wanted_networks_are_recorded(string[] arguments, string[] environment)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        var port = FreePort();
        var variables = environment.Select(text => text.Replace("PORT=PORT", $"PORT={port}", StringComparison.Ordinal).Split('='));
        using var weir = Child.Start(
            "dotnet",
            [WeirCommand.Assembly, "sniff", "-o", "jsonl", "-n", "20", "--stats", "/dev/stderr",
                .. arguments.Select(a => a == "PORT" ? port.ToString(CultureInfo.InvariantCulture) : a)],
            variables.ToDictionary(pair => pair[0], pair => pair[1]));
        await weir.WaitForError($"capturing on vxlan:{port}", Limit);
        Send(port);
        var (code, output, errors) = await weir.Finish(Limit);
        Assert.Equal(0, code);
        var records = WeirCommand.Records(output);
        Assert.Equal(
            Enumerable.Range(0, 20).Select(i => $"/17/{i}").Order(StringComparer.Ordinal),
            records.Select(record => record.GetProperty("request").GetProperty("path").GetString()).Order(StringComparer.Ordinal));
        Assert.All(records, record => Assert.Equal("vxlan", record.GetProperty("source").GetString()));
        Assert.Contains("\"datagram_no_tunnel\": 1", errors, StringComparison.Ordinal);
        Assert.Contains("\"kernel_drops\": 0", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("\"packet_tunnel_ignored\": 0", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "--vni", "42")]
    [InlineData(0, "--vni", "-42")]
    [InlineData(0, "--vni", "17")]
    [InlineData(1, "--vxlan-port", "4789,5000")]
    [InlineData(0, "--vxlan-port", "5000")]
    public async Task Tunnels_in_files_follow_the_same_options(int calls, params string[] options) =>
        Assert.Equal(calls, (await WeirCommand.Read(CorpusFolder.Input("tunnels/vxlan"), options)).Count);

    [Theory]
    [InlineData("--vni", "x")]
    [InlineData("--vni", "16777216")]
    [InlineData("--vni", "1,--2")]
    [InlineData("--vxlan-port", "0")]
    [InlineData("--vxlan-port", "65536")]
    [InlineData("--vxlan-port", ",")]
    public async Task What_is_no_network_or_port_ends_with_2_and_is_named(string option, string value)
    {
        using var weir = WeirCommand.Start("sniff", "--source", "vxlan", option, value);
        var (code, _, errors) = await weir.Finish(Limit);
        Assert.Equal(2, code);
        Assert.StartsWith("weir: ", errors, StringComparison.Ordinal);
        Assert.Contains(option, errors, StringComparison.Ordinal);
    }

    /// <summary>Calls of networks 17 and 18, after a datagram that is no mirror's.</summary>
    private static void Send(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        socket.Send("no tunnel"u8);
        for (var i = 0; i < 20; i++)
        {
            foreach (var vni in new uint[] { 18, 17 })
            {
                var talk = new TcpConversation($"10.0.{vni}.1:{40_000 + i}", $"10.0.{vni}.2:80").Handshake()
                    .FromClient(Http1Text.Get($"/{vni}/{i}")).FromServer(Http1Text.Ok($"/{vni}/{i}")).Close();
                foreach (var frame in talk.Frames) socket.Send(TunnelBuilder.Vxlan(vni, frame.Data));
            }
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
