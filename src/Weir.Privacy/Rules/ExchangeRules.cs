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
    private readonly Action<Exchange>? _maskExchange;
    private readonly ExchangeDetails _details;
    private readonly ExchangeEdits _edits;
    private readonly Predicate<SessionField> _isNotCopied;
    private readonly bool _masksWhole;
    private readonly bool _needsDetails;

    /// <param name="rules">What to apply.</param>
    /// <param name="context">Of this worker.</param>
    /// <param name="maskExchange">
    /// Masks every place of an exchange in its own way, for rules that mask everything; such rules need no list of details when
    /// they do nothing else to them. Null to mask detail by detail.
    /// </param>
    public ExchangeRules(RuleSet rules, RuleContext context, Action<Exchange>? maskExchange = null)
    {
        _rules = rules;
        _context = context;
        _maskExchange = maskExchange;
        _details = new ExchangeDetails(rules, context.Limits);
        _edits = new ExchangeEdits(_details, rules.Removes);
        _isNotCopied = field => !rules.CopiesSessionField(field.Name);
        _masksWhole = rules.MasksEverything && maskExchange is not null;
        _needsDetails = rules.ActsOnDetails && !(_masksWhole && rules.IsMaskEverythingAlone);
    }

    public RuleCounters Counters => _context.Counters;

    /// <summary>Changes the exchange, or tells to drop it.</summary>
    /// <returns>Anything but <see cref="RuleOutcome.Kept"/> means that no output may see the exchange; it may be changed in part then.</returns>
    public RuleOutcome Apply(Exchange exchange)
    {
        // Rules speak of HTTP messages. A name lookup has none of their parts, but names can hold anything.
        var outcome = exchange.Dns.Present || !_needsDetails ? ApplyWithoutDetails(exchange) : ApplyToDetails(exchange);
        Counters.Count(outcome);
        return outcome;
    }

    private RuleOutcome ApplyWithoutDetails(Exchange exchange)
    {
        if (_rules.SamplePercent is { } percent && _context.IsSampledOut(percent)) return RuleOutcome.SampledOut;
        if (_masksWhole) _maskExchange!(exchange);
        if (!_rules.CopiesSessionFields) return RuleOutcome.Kept;
        RequestCookies.Read(exchange.Request, exchange.SessionFields);
        exchange.SessionFields.RemoveAll(_isNotCopied);
        return RuleOutcome.Kept;
    }

    private RuleOutcome ApplyToDetails(Exchange exchange)
    {
        var evaluation = new RuleEvaluation(_rules, _context);
        if (_rules.Stops || !_masksWhole) _details.Read(exchange);
        var outcome = evaluation.Decide(_details.Details);
        if (outcome != RuleOutcome.Kept) return outcome;
        if (_masksWhole)
        {
            _maskExchange!(exchange);
            _details.Read(exchange);
        }

        outcome = evaluation.Edit(_details.Details, mask: !_masksWhole);
        if (outcome != RuleOutcome.Kept) return outcome;
        if (_details.Details.TrueForAll(detail => detail.Value.Length == 0)) return RuleOutcome.Empty;
        _edits.Write(exchange);
        if (evaluation.RemovedByLimit > 0) exchange.Anomalies.Add(Anomaly.RuleLimitReached);
        return RuleOutcome.Kept;
    }
}
