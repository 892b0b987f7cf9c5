using Weir.Export;
using Weir.Records;

namespace Weir.Probe.Tests;

public class IdentityTests
{
    [Fact]
    public void Peers_are_named_before_the_filter_asks_and_before_outputs_see_them()
    {
        using var output = new Names();
        var outputs = new ExchangeFanOut(static exchange => exchange.Server.Workload == "orders", [output], ExchangeLimit.None, null, new Identifier());
        outputs.Write(new Exchange { HasRequest = true });
        outputs.Write(new Exchange { HasRequest = true, InProgress = true });
        outputs.Write(new FlowRecord());
        Assert.Equal(["exchange orders", "flow orders"], output.Seen);
        Assert.Equal(1, outputs.Matched);
    }

    private sealed class Identifier : IPeerIdentifier
    {
        public void Identify(Exchange exchange) => exchange.Server.Workload = "orders";

        public void Identify(FlowRecord flow) => flow.Server.Peer.Workload = "orders";
    }

    private sealed class Names : IExchangeOutput, IExchangeLane
    {
        public List<string> Seen { get; } = [];

        public bool IsOpen => true;

        public long Lost => 0;

        public bool TakesFlows => true;

        public IExchangeLane OpenLane() => this;

        public void Write(Exchange exchange) => Seen.Add($"exchange {exchange.Server.Workload}");

        public void Write(FlowRecord flow) => Seen.Add($"flow {flow.Server.Peer.Workload}");

        public void Flush()
        {
            // Nothing is held back.
        }

        public void Dispose()
        {
            // Nothing is open.
        }
    }
}
