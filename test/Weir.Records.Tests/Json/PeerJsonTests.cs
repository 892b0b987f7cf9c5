using System.Buffers;
using System.Text;
using Weir.Records.Filter;
using Weir.Records.Json;
using Xunit;

namespace Weir.Records.Tests.Json;

/// <summary>Who a peer is, on the record and in filters.</summary>
public class PeerJsonTests
{
    [Fact]
    public void Who_a_peer_is_comes_back_as_it_was_written()
    {
        var exchange = Named();
        var json = Write(exchange);
        Assert.Contains(
            "\"workload\":\"web\",\"workloadKind\":\"Deployment\",\"service\":\"front\",\"node\":\"node-1\",\"labels\":{\"app.kubernetes.io/name\":\"web\",\"tier\":\"f\\u00FCr\"},\"resolution\":\"pod_ip\"",
            json, StringComparison.Ordinal);
        var read = new Exchange();
        Assert.True(ExchangeJsonReader.TryRead(Encoding.UTF8.GetBytes(json), read, out var error), error);
        var peer = read.Client;
        Assert.Equal(("shop", "web-1", "web", "Deployment", "front", "node-1", PeerResolution.PodIp), (peer.Namespace, peer.Pod, peer.Workload, peer.WorkloadKind, peer.Service, peer.Node, peer.Resolution));
        Assert.Equal(exchange.Client.Labels!.All, peer.Labels!.All);
        Assert.Equal(json, Write(read));
    }

    [Fact]
    public void Where_nobody_looked_the_record_says_nothing()
    {
        var json = Write(new Exchange());
        Assert.DoesNotContain("resolution", json, StringComparison.Ordinal);
        Assert.DoesNotContain("labels", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("src.labels[\"tier\"] == \"für\"", true)]
    [InlineData("src.labels[\"none\"] == \"\"", true)]
    [InlineData("\"tier\" in src.labels && !(\"none\" in src.labels) && size(src.labels) == 2", true)]
    [InlineData("dst.labels[\"tier\"] == \"\" && size(dst.labels) == 0 && !(\"tier\" in dst.labels)", true)]
    [InlineData("src.workload.kind == \"Deployment\" && src.node.name == \"node-1\" && src.resolution == \"pod_ip\"", true)]
    [InlineData("src.unknown == \"\" && dst.unknown == \"not_synced\" && dst.resolution == \"not_synced\"", true)]
    [InlineData("dst.unknown == \"\"", false)]
    [InlineData("dst.name == \"ledger\"", true)]
    public void Filters_ask_for_it(string filter, bool expected)
    {
        var exchange = Named();
        (exchange.Server.Resolution, exchange.Server.Workload) = (PeerResolution.NotSynced, "ledger");
        Assert.True(ExchangeFilter.TryCompile(filter, out var predicate, out var error), error?.Message);
        Assert.Equal(expected, predicate(exchange));
    }

    [Fact]
    public void A_peer_that_is_used_again_forgets_who_it_was_and_not_what_was_seen()
    {
        var peer = Named().Client;
        (peer.ProcessId, peer.ContainerId) = (7, "c");
        peer.ClearIdentity();
        Assert.Equal((null, null, null, PeerResolution.None, 7, "c"), (peer.Pod, peer.Labels, peer.Node, peer.Resolution, peer.ProcessId, peer.ContainerId));
    }

    [Fact]
    public void Only_what_names_nobody_is_unknown() => Assert.Equal(
        ["host_network", "loopback", "external", "unlisted", "not_then", "not_synced", "forbidden", "unreachable"],
        Enum.GetValues<PeerResolution>().Where(one => one.IsUnknown()).Select(WireNames.Of));

    private static Exchange Named()
    {
        var exchange = new Exchange();
        var peer = exchange.Client;
        (peer.Namespace, peer.Pod, peer.Workload, peer.WorkloadKind) = ("shop", "web-1", "web", "Deployment");
        (peer.Service, peer.Node, peer.Resolution) = ("front", "node-1", PeerResolution.PodIp);
        peer.Labels = new PeerLabels([new("app.kubernetes.io/name", "web"), new("tier", "für")]);
        return exchange;
    }

    private static string Write(Exchange exchange)
    {
        exchange.Id = new ExchangeIdGenerator(1).Next(1_000_000_000);
        exchange.HasRequest = true;
        var buffer = new ArrayBufferWriter<byte>();
        new ExchangeJsonWriter().Write(exchange, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
