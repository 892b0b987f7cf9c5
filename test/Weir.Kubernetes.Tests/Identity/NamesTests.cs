using System.Collections.Concurrent;
using System.Text;
using Weir.Kubernetes.Identity;
using Weir.Kubernetes.Names;
using Weir.Packets;
using Weir.Records;

namespace Weir.Kubernetes.Tests.Identity;

/// <summary>Names by Host, by control group, and by what somebody wrote down.</summary>
public class NamesTests
{
    [Theory]
    [InlineData("orders", "shop", "shop/orders")]
    [InlineData("orders:8080", "shop", "shop/orders")]
    [InlineData("Orders.Shop", null, "shop/orders")]
    [InlineData("orders.shop.svc", "bank", "shop/orders")]
    [InlineData("orders.shop.svc.cluster.local", null, "shop/orders")]
    [InlineData("orders.shop.svc.cluster.local.:80", null, "shop/orders")]
    [InlineData("orders.shop.svc.k8s.example.com", null, "shop/orders")]
    [InlineData("web-0.orders.shop.svc", null, "shop/orders")]
    [InlineData("web-0.orders.shop.svc.cluster.local", null, "shop/orders")]
    [InlineData("orders", null, null)]
    [InlineData("orders", "bank", null)]
    [InlineData("orders.shop.example.com", null, null)]
    [InlineData("orders.shop.com", null, null)]
    [InlineData("a.b.orders.shop.svc", null, null)]
    [InlineData("10.0.0.1", "shop", null)]
    [InlineData("[fd00::1]:80", "shop", null)]
    [InlineData("", "shop", null)]
    [InlineData(".", "shop", null)]
    [InlineData("..svc.", "shop", null)]
    [InlineData("örders", "shop", null)]
    public void A_host_names_a_service_that_is_there(string host, string? callerNamespace, string? expected)
    {
        var services = new ServiceTable(IdentityLimits.Default);
        services.Set(new Model.Service { Metadata = { Namespace = "shop", Name = "orders" } });
        var found = HostName.Find(Encoding.UTF8.GetBytes(host), callerNamespace, services);
        Assert.Equal(expected, found is null ? null : $"{found.Namespace}/{found.Name}");
        services.Remove(new Model.Service { Metadata = { Namespace = "shop", Name = "orders" } });
        Assert.Null(HostName.Find(Encoding.UTF8.GetBytes(host), callerNamespace, services));
    }

    [Fact]
    public void A_host_of_any_length_is_looked_at()
    {
        var services = new ServiceTable(IdentityLimits.Default);
        foreach (var length in (int[])[254, 255, 256, 100_000]) Assert.Null(HostName.Find(Encoding.ASCII.GetBytes(new string('a', length)), new string('b', length), services));
    }

    [Theory]
    [InlineData("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1f0c2f5e_9c57_4a4f_8f5c_2a6f6a1b7c01.slice/cri-containerd-cc.scope", true)]
    [InlineData("/kubepods/besteffort/pod1f0c2f5e-9c57-4a4f-8f5c-2a6f6a1b7c01/cc00", true)]
    [InlineData("/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod1f0c2f5e_9c57_4a4f_8f5c_2a6f6a1b7c01.slice", true)]
    [InlineData("/kubepods/pod1f0c2f5e-9c57-4a4f-8f5c-2a6f6a1b7c0", false)]
    [InlineData("/system.slice/docker-cc.scope", false)]
    [InlineData("/kubepods/podpodpod", false)]
    [InlineData("", false)]
    public void A_control_group_names_its_pod(string path, bool isFound)
    {
        var pods = new ConcurrentDictionary<string, PodIdentity> { ["1f0c2f5e-9c57-4a4f-8f5c-2a6f6a1b7c01"] = new("u", "shop", "orders", null, null, null, null) };
        Assert.Equal(isFound, ControlGroup.Find(path, pods) is not null);
    }

    [Fact]
    public void Configured_names_are_of_an_address_and_port_before_an_address_before_the_smallest_network()
    {
        const string Text = """
            # what is where
            10.1.2.3      db
            10.1.2.3:5433 bank/ledger   # its second port
            10.1.0.0/16   office
            10.1.2.0/24   lab
            fd00::/64     six
            0.0.0.0/0     four
            [fd00::1]:80  bank/gateway
            """;
        Assert.True(NameTable.TryParse(Text, out var table, out _));
        Assert.Equal(7, table.Count);
        Assert.Equal("db", Name(table, "10.1.2.3", 80));
        Assert.Equal("bank/ledger", Name(table, "10.1.2.3", 5433));
        Assert.Equal("lab", Name(table, "10.1.2.4", 80));
        Assert.Equal("office", Name(table, "10.1.3.4", 80));
        Assert.Equal("four", Name(table, "192.0.2.1", 80));
        Assert.Equal("bank/gateway", Name(table, "fd00::1", 80));
        Assert.Equal("six", Name(table, "fd00::1", 81));
        Assert.Equal("-", Name(table, "fd01::1", 81));
    }

    [Theory]
    [InlineData("10.1.2.3", "line 1: 10.1.2.3 has no name")]
    [InlineData("\n10.1.2 db", "line 2: '10.1.2' is no address")]
    [InlineData("10.1.2.3 a/b/c", "line 1: 'a/b/c' is no name")]
    [InlineData("10.1.2.3/33 a", "'10.1.2.3/33' is no address")]
    public void A_line_that_is_not_understood_is_named(string text, string expected)
    {
        // 10.1.2 is an address to inet_aton(3), and a typing error to everybody else.
        Assert.False(NameTable.TryParse(text, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_beyond_the_limit_are_refused()
    {
        Assert.False(NameTable.TryParse("10.0.0.1 a\n10.0.0.2 b\n", out _, out var error, IdentityLimits.Default with { MaxNames = 1 }));
        Assert.Contains("more than 1 lines", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hosts_file_names_what_is_not_on_every_host()
    {
        var table = NameTable.OfHosts("127.0.0.1 localhost\n::1 ip6-localhost\nff02::1 ip6-allnodes\nfe00::0 ip6-localnet\nnonsense\n10.0.0.5 db db.example # x\n");
        Assert.Equal(1, table.Count);
        var peer = new Peer { Ip = IpAddress.FromV4([10, 0, 0, 5]) };
        Assert.True(table.TryName(peer));
        Assert.Equal(("db", PeerResolution.HostsFile), (peer.Workload, peer.Resolution));
    }

    private static string Name(NameTable table, string address, ushort port)
    {
        Assert.True(IpAddress.TryParse(address, out var ip));
        var peer = new Peer { Ip = ip, Port = port };
        if (!table.TryName(peer)) return "-";
        return peer.Namespace is null ? peer.Workload! : $"{peer.Namespace}/{peer.Workload}";
    }
}
