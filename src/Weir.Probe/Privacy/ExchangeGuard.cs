using Weir.Privacy.Redaction;
using Weir.Privacy.Rules;
using Weir.Records;

namespace Weir.Probe;

/// <summary>
/// Stands between one worker's parsers and every output: drops what logging rules stop, removes what they remove, masks what is
/// sensitive. Not thread-safe.
/// </summary>
public sealed class ExchangeGuard
{
    private readonly ExchangeRules? _rules;
    private readonly ExchangeRedactor? _redactor;
    private readonly bool _needsWholeExchange;
    private long _stopped;

    /// <param name="options">What to do.</param>
    /// <param name="keepsPackets">Packets are written too and need the same done to them.</param>
    public ExchangeGuard(PrivacyOptions options, bool keepsPackets)
    {
        if (options.Rules is { } rules && !options.RulesAreIdle)
        {
            var context = new RuleContext(
                new TextMasker(options.Redaction), () => Environment.TickCount64, () => Random.Shared.Next(100));
            // Where redaction comes anyway, masking everything is left to it.
            _rules = new ExchangeRules(rules, context, options.Redaction is null ? null : static _ => { });
            _needsWholeExchange = options.DropsExchanges;
        }

        if (options.Redaction is not { } redaction) return;
        _redactor = new ExchangeRedactor(redaction);
        if (keepsPackets) Trace = new RedactionTrace();
    }

    /// <summary>Exchanges go through rules.</summary>
    internal bool AppliesRules => _rules is not null;

    /// <summary>What was masked in the exchange that was admitted last; null when packets are not kept or nothing is masked.</summary>
    public RedactionTrace? Trace { get; }

    /// <summary>Exchanges that rules kept from every output.</summary>
    public long Stopped => Volatile.Read(ref _stopped);

    /// <summary>Exchanges in which something was masked.</summary>
    public long Redacted => _redactor?.Redacted ?? 0;

    /// <summary>Bodies that were withheld because nobody can look into them.</summary>
    public long BodiesWithheld => _redactor?.BodiesWithheld ?? 0;

    /// <summary>What outputs may see of an exchange; null for nothing.</summary>
    /// <remarks>
    /// An exchange in progress is told only where rules can't decide otherwise once it is over; its own texts stay as they are.
    /// </remarks>
    public Exchange? Admit(Exchange exchange)
    {
        if (exchange.InProgress)
        {
            if (_needsWholeExchange) return null;
        }
        else if (_rules is not null && _rules.Apply(exchange) != RuleOutcome.Kept)
        {
            Volatile.Write(ref _stopped, _stopped + 1);
            return null;
        }

        return _redactor is null ? exchange : _redactor.Redact(exchange, Trace);
    }
}
