using System.Globalization;

namespace Weir.EndToEnd.Tests.Support;

/// <summary>
/// Two network namespaces joined by a veth pair, with no route out of them: 198.18.0.1 serves, 198.18.0.100 asks
/// (RFC 2544's benchmarking range). Names carry the process id, so that two test runs do not meet.
/// </summary>
internal sealed class NetworkLab : IAsyncDisposable
{
    private static int _count;

    private NetworkLab()
    {
        var id = string.Create(
            CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        Server = $"weir-s-{id}";
        Client = $"weir-c-{id}";
    }

    public const string ServerAddress = "198.18.0.1";

    public const string ServerDevice = "ve-srv";

    public string Server { get; }

    public string Client { get; }

    public static async Task<NetworkLab> Create()
    {
        var lab = new NetworkLab();
        await Ip("netns", "add", lab.Server);
        await Ip("netns", "add", lab.Client);
        await Ip("link", "add", ServerDevice, "netns", lab.Server, "type", "veth", "peer", "name", "ve-cli", "netns", lab.Client);
        await Ip("-n", lab.Server, "addr", "add", $"{ServerAddress}/24", "dev", ServerDevice);
        await Ip("-n", lab.Client, "addr", "add", "198.18.0.100/24", "dev", "ve-cli");
        foreach (var (name, device) in new[] { (lab.Server, ServerDevice), (lab.Client, "ve-cli") })
        {
            await Ip("-n", name, "link", "set", "lo", "up");
            await Ip("-n", name, "link", "set", device, "up");
        }

        return lab;
    }

    public static string? MissingTool =>
        Environment.IsPrivilegedProcess
            ? new[] { "ip", "nginx", "wrk", "curl" }.FirstOrDefault(tool => !Child.Exists(tool))
            : "root";

    public static Child In(string name, string file, params IEnumerable<string> arguments) =>
        Child.Start("ip", ["netns", "exec", name, file, .. arguments]);

    private static Task<string> Ip(params IEnumerable<string> arguments) => Child.Output("ip", arguments);

    public async ValueTask DisposeAsync()
    {
        await Ip("netns", "del", Server);
        await Ip("netns", "del", Client);
    }
}
