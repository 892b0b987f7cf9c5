using Weir.Privacy.Rules.Exchanges;
using Weir.Records;

namespace Weir.Privacy.Rules;

/// <summary>
/// Applies rules to exchanges before any output sees them: what rules remove is gone from JSON lines, console, HAR, store and
/// Resurface alike. One per worker; not thread-safe. docs/formats/logging-rules.md tells which part of a record is which detail.
/// </summary>
public sealed class ExchangeRules
{
    private readonly RuleSet _rules;
    private readonly RuleContext _context;
    private readonly IExchangeMasker? _wholeMasker;
    private readonly ExchangeDetails _details;
    private readonly ExchangeEdits _edits;
    private readonly bool _needsDetails;

    /// <param name="rules">What to apply.</param>
    /// <param name="context">Of this worker.</param>
    /// <param name="wholeMasker">Used instead of details when masking everything is all there is to do; null when there is none.</param>
    public ExchangeRules(RuleSet rules, RuleContext context, IExchangeMasker? wholeMasker = null)
    {
        _rules = rules;
        _context = context;
        _wholeMasker = wholeMasker;
        _details = new ExchangeDetails(rules, context.Limits);
        _edits = new ExchangeEdits(_details, rules.Removes);
        _needsDetails = rules.ActsOnDetails && !(rules.IsMaskEverythingAlone && wholeMasker is not null);
    }

    public RuleCounters Counters => _context.Counters;

    /// <summary>Changes the exchange, or tells to drop it.</summary>
    /// <returns>Anything but <see cref="RuleOutcome.Kept"/> means that no output may see the exchange; it is then unchanged or partly masked.</returns>
    public RuleOutcome Apply(Exchange exchange)
    {
        // Rules speak of HTTP messages; a name lookup has none of their parts.
        if (exchange.Dns.Present) return RuleOutcome.Kept;
        var outcome = _needsDetails ? ApplyToDetails(exchange) : ApplyWithoutDetails(exchange);
        Counters.Count(outcome);
        return outcome;
    }

    private RuleOutcome ApplyWithoutDetails(Exchange exchange)
    {
        if (_rules.SamplePercent is { } percent && _context.IsSampledOut(percent)) return RuleOutcome.SampledOut;
        if (_rules.CopiesSessionFields) CopySessionFields(exchange);
        if (_rules.IsMaskEverythingAlone) _wholeMasker!.Mask(exchange);
        return RuleOutcome.Kept;
    }

    private void CopySessionFields(Exchange exchange)
    {
        var fields = exchange.SessionFields;
        RequestCookies.Read(exchange.Request, fields);
        for (var i = fields.Count - 1; i >= 0; i--)
        {
            var (name, value) = fields[i];
            if (!_rules.CopiesSessionField(name)) fields.RemoveAt(i);
            else if (_rules.MasksEverything && _context.Masker.Mask("session_field:" + name, value, out var masked)) fields[i] = new SessionField(name, masked);
        }
    }

    private RuleOutcome ApplyToDetails(Exchange exchange)
    {
        _details.Read(exchange);
        var outcome = new RuleEvaluation(_rules, _context).Run(_details.Details, out var removedByLimit);
        if (outcome != RuleOutcome.Kept) return outcome;
        if (_details.Details.TrueForAll(detail => detail.Value.Length == 0)) return RuleOutcome.Empty;
        _edits.Write(exchange);
        if (removedByLimit > 0) exchange.Anomalies.Add(Anomaly.RuleLimitReached);
        return RuleOutcome.Kept;
    }
}
