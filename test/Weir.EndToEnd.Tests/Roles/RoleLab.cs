using System.Globalization;
using System.Text.Json;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>
/// Network namespaces: one with two addresses for centers, 198.18.0.1 and 198.18.0.2, and a bridge to which others, each a node with
/// a probe, are wired. Names carry the process id, so that two test runs do not meet.
/// </summary>
internal sealed class RoleLab : IAsyncDisposable
{
    private static int s_count;

    private readonly string _id = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");

    private readonly Dictionary<string, string> _tokens = [];

    public string Centers => $"weir-hub-{_id}";

    public IReadOnlyList<string> Nodes { get; private set; } = [];

    public static string? Missing => !Environment.IsPrivilegedProcess ? "root" : new[] { "ip", "curl", "python3" }.FirstOrDefault(tool => !Child.Exists(tool));

    public static async Task<RoleLab> Create(int nodes)
    {
        var lab = new RoleLab();
        await Ip("netns", "add", lab.Centers);
        await Ip("-n", lab.Centers, "link", "set", "lo", "up");
        await Ip("-n", lab.Centers, "link", "add", "hub", "type", "bridge");
        foreach (var address in new[] { "198.18.0.1/24", "198.18.0.2/24" }) await Ip("-n", lab.Centers, "addr", "add", address, "dev", "hub");
        await Ip("-n", lab.Centers, "link", "set", "hub", "up");
        lab.Nodes = [.. Enumerable.Range(0, nodes).Select(n => string.Create(CultureInfo.InvariantCulture, $"weir-n{n}-{lab._id}"))];
        for (var n = 0; n < nodes; n++)
        {
            var node = lab.Nodes[n];
            await Ip("netns", "add", node);
            await Ip("link", "add", "eth0", "netns", node, "type", "veth", "peer", "name", Cable(n), "netns", lab.Centers);
            await Ip("-n", lab.Centers, "link", "set", Cable(n), "master", "hub");
            await Ip("-n", lab.Centers, "link", "set", Cable(n), "up");
            await Ip("-n", node, "addr", "add", string.Create(CultureInfo.InvariantCulture, $"198.18.0.{10 + n}/24"), "dev", "eth0");
            await Ip("-n", node, "link", "set", "lo", "up");
            await Ip("-n", node, "link", "set", "eth0", "up");
        }

        return lab;
    }

    /// <summary>Pulls a node's cable, or puts it back.</summary>
    public Task Wire(int node, bool up) => Ip("-n", Centers, "link", "set", Cable(node), up ? "up" : "down");

    /// <summary>Asks a center, logged in as its first administrator.</summary>
    public async Task<string> Get(string address)
    {
        var center = new Uri(address).GetLeftPart(UriPartial.Authority);
        if (!_tokens.TryGetValue(center, out var token))
        {
            var answer = await Curl("-d", $"username=admin&password={Login.Password}", $"{center}/api/login");
            _tokens[center] = token = JsonDocument.Parse(answer).RootElement.GetProperty("access_token").GetString()!;
        }

        return await Curl("-H", $"Authorization: Bearer {token}", address);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var name in Nodes.Append(Centers)) await Ip("netns", "del", name);
    }

    private Task<string> Curl(params IEnumerable<string> arguments) => Child.Output("ip", ["netns", "exec", Centers, "curl", "-sSf", "--max-time", "20", .. arguments]);

    private static string Cable(int node) => string.Create(CultureInfo.InvariantCulture, $"cable{node}");

    private static Task<string> Ip(params IEnumerable<string> arguments) => Child.Output("ip", arguments);
}
