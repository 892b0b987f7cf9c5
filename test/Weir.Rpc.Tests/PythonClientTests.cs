using Weir.Rpc.Server;
using Weir.Rpc.Tests.Peers;
using Xunit.Abstractions;

namespace Weir.Rpc.Tests;

/// <summary>Debian's python3-grpcio calls our server; the checks are those of rpc_peer.py.</summary>
public sealed class PythonClientTests(ITestOutputHelper log)
{
    private static readonly string[] s_checks =
    [
        "bidirectional", "big_messages", "cancellation", "client_streaming", "deadline", "deflate_is_refused", "empty_message", "error",
        "error_after_messages", "failure_inside_tells_nothing", "gzip", "health", "many_at_once", "metadata", "reflection",
        "server_streaming", "too_big", "unary", "unknown_method",
    ];

    [SkippableTheory]
    [InlineData("plain")]
    [InlineData("tls")]
    [InlineData("mtls")]
    public async Task Every_check_of_a_python_client_holds(string security)
    {
        Skip.IfNot(PythonPeer.Missing is null, $"needs {PythonPeer.Missing}");
        using var certificates = new TestCertificates();
        await using var server = await EchoServer.Start(options => options with
        {
            Tls = security == "plain" ? null : new RpcServerTls(certificates.Server, security == "mtls" ? certificates.Authorities : null),
        });
        var lines = await PythonPeer.Ask(server.Port, certificates, security);
        foreach (var line in lines) log.WriteLine(line);
        Assert.Equal(s_checks.Select(check => $"{check} ok"), lines);
        // The deadline and the cancellation both reached the handlers.
        await Waiting.Until(() => server.Echo.Abandoned == 2);
    }

    [SkippableFact]
    public async Task A_python_client_without_a_certificate_is_refused_where_one_is_asked_for()
    {
        Skip.IfNot(PythonPeer.Missing is null, $"needs {PythonPeer.Missing}");
        using var certificates = new TestCertificates();
        await using var server = await EchoServer.Start(options => options with { Tls = new RpcServerTls(certificates.Server, certificates.Authorities) });
        var lines = await PythonPeer.Ask(server.Port, certificates, "tls");
        Assert.All(s_checks, check => Assert.Contains(lines, line => line.StartsWith($"{check} ", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.EndsWith(" ok", StringComparison.Ordinal));
    }
}
