using System.Diagnostics;
using System.Text.Json;
using Xunit;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Weir.Kernel.Tests;

/// <summary>
/// Two network namespaces joined by a veth pair: <c>va</c> 10.231.0.1 in A, <c>vb</c> 10.231.0.2 in B. IPv6 is off, so that
/// nothing but the test's own traffic and ARP is on the wire. Removed on disposal.
/// </summary>
internal sealed class NamespacePair : IDisposable
{
    public const string AddressA = "10.231.0.1";
    public const string AddressB = "10.231.0.2";
    private static int _count;
    private readonly string _prefix = $"weirkt-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";

    private NamespacePair()
    {
    }

    public string A => _prefix + "-a";

    public string B => _prefix + "-b";

    public string PathA => $"/run/netns/{A}";

    public string PathB => $"/run/netns/{B}";

    /// <summary>Makes the pair, or skips the test with the reason why this host cannot.</summary>
    public static NamespacePair CreateOrSkip()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "network namespaces need root");
        Skip.IfNot(File.Exists("/usr/sbin/ip") || File.Exists("/sbin/ip"), "iproute2 is not installed");
        var pair = new NamespacePair();
        try
        {
            pair.Build();
            return pair;
        }
        catch
        {
            pair.Dispose();
            throw;
        }
    }

    /// <summary>Runs ip(8) and returns what it printed.</summary>
    public static string Ip(string arguments)
    {
        var (status, output) = TryIp(arguments);
        return status == 0 ? output : throw new InvalidOperationException($"ip {arguments}: {output}");
    }

    /// <summary>Packets that the interface's own counters have seen, both directions.</summary>
    public static long CountedPackets(string networkNamespace, string device)
    {
        using var json = JsonDocument.Parse(Ip($"-n {networkNamespace} -s -j link show dev {device}"));
        var counters = json.RootElement[0].GetProperty("stats64");
        return counters.GetProperty("rx").GetProperty("packets").GetInt64() +
            counters.GetProperty("tx").GetProperty("packets").GetInt64();
    }

    public void Dispose()
    {
        // Either may be missing when building failed half-way.
        TryIp($"netns del {A}");
        TryIp($"netns del {B}");
    }

    private void Build()
    {
        var (status, output) = TryIp($"netns add {A}");
        Skip.IfNot(status == 0, $"this host does not allow network namespaces: {output}");
        Ip($"netns add {B}");
        foreach (var name in new[] { A, B })
            Ip($"netns exec {name} sh -c \"echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6\"");
        Ip($"link add va netns {A} type veth peer name vb netns {B}");
        Ip($"-n {A} addr add {AddressA}/24 dev va");
        Ip($"-n {B} addr add {AddressB}/24 dev vb");
        foreach (var (name, device) in new[] { (A, "lo"), (A, "va"), (B, "lo"), (B, "vb") })
            Ip($"-n {name} link set {device} up");
    }

    /// <summary>Runs ip(8); its status and what it printed.</summary>
    public static (int Status, string Output) TryIp(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
