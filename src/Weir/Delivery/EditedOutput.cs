using System.Text;
using Weir.Export;
using Weir.Privacy.Redaction;
using Weir.Privacy.Rules;
using Weir.Records;

namespace Weir.Cli.Delivery;

/// <summary>
/// Stands before all outputs of a run: applies the logging rules and adds the client's address as a header, once for all of
/// them. The outputs are not owned.
/// </summary>
/// <param name="outputs">Where exchanges go that the rules keep.</param>
/// <param name="rules">Null applies none.</param>
/// <param name="addressHeader">Request header that gets the client's address; null for none.</param>
internal sealed class EditedOutput(IReadOnlyList<IExchangeOutput> outputs, RuleSet? rules, string? addressHeader) : IExchangeOutput, IOutputCounters
{
    private readonly List<RuleCounters> _counters = [];

    public bool IsOpen => outputs.Any(output => output.IsOpen);

    public long Lost => outputs.Sum(output => output.Lost);

    public IExchangeLane OpenLane()
    {
        var lane = new Lane([.. outputs.Select(output => output.OpenLane())], rules, addressHeader);
        if (lane.Counters is { } counters) _counters.Add(counters);
        return lane;
    }

    /// <summary>What rules could not decide in time is not delivered, to be safe: that is a loss.</summary>
    public IEnumerable<KeyValuePair<string, long>> Losses()
    {
        yield return new("rules_timed_out", _counters.Sum(counters => counters.TimedOut));
    }

    public IEnumerable<KeyValuePair<string, long>> Ignored()
    {
        yield return new("rules_stopped", _counters.Sum(counters => counters.Stopped + counters.Empty));
        yield return new("rules_sampled_out", _counters.Sum(counters => counters.SampledOut));
    }

    public void Dispose()
    {
        // Nothing is owned.
    }

    private sealed class Lane : IExchangeLane
    {
        private readonly IExchangeLane[] _lanes;
        private readonly ExchangeRules? _rules;
        private readonly byte[]? _addressHeader;

        public Lane(IExchangeLane[] lanes, RuleSet? rules, string? addressHeader)
        {
            _lanes = lanes;
            _addressHeader = addressHeader is null ? null : Encoding.Latin1.GetBytes(addressHeader);
            if (rules is null) return;
            var context = new RuleContext(new TextMasker(), () => Environment.TickCount64, () => Random.Shared.Next(100));
            Counters = context.Counters;
            _rules = new ExchangeRules(rules, context);
        }

        public RuleCounters? Counters { get; }

        public void Write(Exchange exchange)
        {
            if (_addressHeader is not null && exchange.HasRequest) AddAddress(exchange);
            if (_rules is not null && _rules.Apply(exchange) != RuleOutcome.Kept) return;
            foreach (var lane in _lanes) lane.Write(exchange);
        }

        public void Flush()
        {
            foreach (var lane in _lanes) lane.Flush();
        }

        private void AddAddress(Exchange exchange)
        {
            var request = exchange.Request;
            for (var i = request.Headers.Count - 1; i >= 0; i--)
            {
                if (Ascii.EqualsIgnoreCase(request[request.Headers[i].Name], _addressHeader)) request.Headers.RemoveAt(i);
            }

            Span<byte> address = stackalloc byte[64];
            var length = exchange.Client.Ip.Format(address);
            request.Headers.Add(new HeaderField(request.Text.Append(_addressHeader), request.Text.Append(address[..length])));
        }
    }
}
