using Google.Protobuf;
using Weir.Rpc.Client;
using Weir.Rpc.Tests.Peers;
using Weir.Rpc.Tests.Protos;

namespace Weir.Rpc.Tests;

/// <summary>Our client calls Debian's python3-grpcio.</summary>
public sealed class PythonServerTests
{
    [SkippableTheory]
    [InlineData("plain")]
    [InlineData("tls")]
    [InlineData("mtls")]
    public async Task Every_kind_of_call_works_with_a_python_server(string security)
    {
        Skip.IfNot(PythonPeer.Missing is null, $"needs {PythonPeer.Missing}");
        using var certificates = new TestCertificates();
        using var peer = await PythonPeer.Serve(certificates, security);
        using var channel = new RpcChannel("127.0.0.1", peer.Port, new RpcChannelOptions
        {
            Gzip = true,
            Tls = security == "plain" ? null : new RpcClientTls(certificates.Authorities, security == "mtls" ? certificates.Client : null, "localhost"),
        });
        await ClientChecks.All(channel);
        var abandoned = ClientChecks.Abandoned;
        await Waiting.Until(() => peer.Errors.Split("abandoned").Length - 1 == abandoned);
    }

    [SkippableFact]
    public async Task A_server_of_another_name_or_authority_is_not_spoken_to()
    {
        Skip.IfNot(PythonPeer.Missing is null, $"needs {PythonPeer.Missing}");
        using var certificates = new TestCertificates();
        using var others = new TestCertificates();
        using var peer = await PythonPeer.Serve(certificates, "tls");
        foreach (var tls in new[] { new RpcClientTls(others.Authorities, null, "localhost"), new RpcClientTls(certificates.Authorities, null, "elsewhere"), new RpcClientTls(null, null, "localhost") })
        {
            using var channel = new RpcChannel("127.0.0.1", peer.Port, new RpcChannelOptions { Tls = tls });
            var failure = await Assert.ThrowsAsync<RpcException>(() => channel.Unary(EchoService.Say, new Text { Data = ByteString.CopyFromUtf8("x") }));
            Assert.Equal(RpcStatusCode.Unavailable, failure.Code);
        }
    }
}
