using System.Globalization;
using System.Text.Json;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>
/// Network namespaces: one with addresses for centers, 198.18.0.1 to 198.18.0.4, and a bridge to which others, each a node with
/// a probe, are wired. Names carry the process id, so that two test runs do not meet.
/// </summary>
internal sealed class RoleLab : IAsyncDisposable
{
    private static int s_count;

    private readonly string _id = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");

    private readonly Dictionary<string, string> _tokens = [];

    private readonly bool _here;

    private RoleLab(bool here) => _here = here;

    public string Centers => $"weir-hub-{_id}";

    public IReadOnlyList<string> Nodes { get; private set; } = [];

    public static string? Missing => !Environment.IsPrivilegedProcess ? "root" : new[] { "ip", "curl", "python3" }.FirstOrDefault(tool => !Child.Exists(tool));

    /// <param name="nodes">How many.</param>
    /// <param name="here">The namespace that this process is in is that of the centers.</param>
    public static async Task<RoleLab> Create(int nodes, bool here = false)
    {
        var lab = new RoleLab(here);
        if (!here) await Ip("netns", "add", lab.Centers);
        await lab.Hub("link", "set", "lo", "up");
        await lab.Hub("link", "add", "hub", "type", "bridge");
        foreach (var number in Enumerable.Range(1, 4)) await lab.Hub("addr", "add", string.Create(CultureInfo.InvariantCulture, $"198.18.0.{number}/24"), "dev", "hub");
        await lab.Hub("link", "set", "hub", "up");
        lab.Nodes = [.. Enumerable.Range(0, nodes).Select(n => string.Create(CultureInfo.InvariantCulture, $"weir-n{n}-{lab._id}"))];
        for (var n = 0; n < nodes; n++)
        {
            var node = lab.Nodes[n];
            await Ip("netns", "add", node);
            await lab.Hub("link", "add", Cable(n), "type", "veth", "peer", "name", "eth0", "netns", node);
            await lab.Hub("link", "set", Cable(n), "master", "hub");
            // What is for a node whose cable is pulled goes to nobody: a bridge would give it to all, whose probes see it then.
            await lab.Hub("link", "set", Cable(n), "type", "bridge_slave", "flood", "off");
            await lab.Hub("link", "set", Cable(n), "up");
            await Ip("-n", node, "addr", "add", string.Create(CultureInfo.InvariantCulture, $"198.18.0.{10 + n}/24"), "dev", "eth0");
            await Ip("-n", node, "link", "set", "lo", "up");
            await Ip("-n", node, "link", "set", "eth0", "up");
        }

        return lab;
    }

    /// <summary>Pulls a node's cable, or puts it back.</summary>
    public Task Wire(int node, bool up) => Hub("link", "set", Cable(node), up ? "up" : "down");

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
        foreach (var name in _here ? Nodes : Nodes.Append(Centers)) await Ip("netns", "del", name);
    }

    private Task<string> Curl(params IEnumerable<string> arguments) => Child.Output("ip", ["netns", "exec", Centers, "curl", "-sSf", "--max-time", "20", .. arguments]);

    private Task<string> Hub(params IEnumerable<string> arguments) => Ip(_here ? arguments : ["-n", Centers, .. arguments]);

    public static string Cable(int node) => string.Create(CultureInfo.InvariantCulture, $"cable{node}");

    private static Task<string> Ip(params IEnumerable<string> arguments) => Child.Output("ip", arguments);
}
