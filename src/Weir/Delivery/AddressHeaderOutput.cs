using System.Text;
using Weir.Export;
using Weir.Records;

namespace Weir.Cli.Delivery;

/// <summary>
/// Stands before all outputs of a run and adds the client's address to requests as a header, in place of one of that name. The
/// outputs are not owned.
/// </summary>
/// <param name="outputs">Where exchanges go.</param>
/// <param name="name">Name of the header.</param>
internal sealed class AddressHeaderOutput(IReadOnlyList<IExchangeOutput> outputs, string name) : IExchangeOutput
{
    private readonly byte[] _name = Encoding.Latin1.GetBytes(name);

    public bool IsOpen => outputs.Any(output => output.IsOpen);

    public long Lost => outputs.Sum(output => output.Lost);

    public bool TakesFlows => outputs.Any(output => output.TakesFlows);

    public IExchangeLane OpenLane() => new Lane([.. outputs.Select(output => (output.OpenLane(), output.TakesFlows))], _name);

    public void Dispose()
    {
        // Nothing is owned.
    }

    private sealed class Lane((IExchangeLane Lane, bool TakesFlows)[] lanes, byte[] name) : IExchangeLane
    {
        public void Write(Exchange exchange)
        {
            if (exchange.HasRequest) AddAddress(exchange, name);
            foreach (var (lane, _) in lanes) lane.Write(exchange);
        }

        public void Flush()
        {
            foreach (var (lane, _) in lanes) lane.Flush();
        }

        public void Write(FlowRecord flow)
        {
            foreach (var (lane, takesFlows) in lanes)
                if (takesFlows) lane.Write(flow);
        }

        private static void AddAddress(Exchange exchange, byte[] name)
        {
            var request = exchange.Request;
            request.Headers.RemoveAll(header => Ascii.EqualsIgnoreCase(request[header.Name], name));
            Span<byte> address = stackalloc byte[64];
            var length = exchange.Client.Ip.Format(address);
            request.Headers.Add(new HeaderField(request.Text.Append(name), request.Text.Append(address[..length])));
        }
    }
}
