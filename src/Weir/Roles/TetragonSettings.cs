using Weir.Center.Tetragon;
using Weir.Cli.Configuration;
using Weir.Rpc.Client;

namespace Weir.Cli.Roles;

/// <summary>The section <c>tetragon</c> of a center's configuration: where events of processes come from.</summary>
internal static class TetragonSettings
{
    /// <exception cref="UsageException">Something is wrong; the message says where.</exception>
    public static TetragonOptions Read(YamlSettings yaml)
    {
        var (certificate, authority, name) = (Secrets.Certificate(yaml, "tetragon.tls", "PEM file; shown to agents that ask for one"), Secrets.Authority(yaml, "tetragon.tls.authority", "PEM file of the authorities that may sign the agents' certificates"), yaml.FindText("tetragon.tls.serverName", "The name in the agents' certificate, where it is not that of the address")?.Text);
        var tls = certificate is null && authority is null && name is null ? null : new RpcClientTls(authority, certificate, name);
        var agents = yaml.FindAll("tetragon.grpc", "Agents of Tetragon: unix:///PATH or HOST:PORT");
        if (agents.FirstOrDefault(static one => !AgentAddress.IsOne(one.Text)) is { } wrong) throw wrong.Wrong("an address such as unix:///var/run/tetragon/tetragon.sock or node-1:54321");
        return new TetragonOptions
        {
            Exports = [.. yaml.FindAll("tetragon.export", "Files of Tetragon's JSON export").Select(static one => one.Text)],
            Agents = [.. agents.Select(one => new TetragonAgent(one.Text, tls))],
        };
    }
}
