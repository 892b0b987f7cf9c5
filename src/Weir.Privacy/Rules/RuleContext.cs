namespace Weir.Privacy.Rules;

/// <summary>
/// What rules need beside the message. One per worker; not thread-safe. Pure code has neither clock nor chance of its own.
/// </summary>
/// <param name="masker">Does the work of <c>mask_sensitive</c>.</param>
/// <param name="milliseconds">A monotonic clock.</param>
/// <param name="percent">A random number from 0 to 99, for <c>sample</c>.</param>
/// <param name="limits">Null for the defaults.</param>
public sealed class RuleContext(ISensitiveMasker masker, Func<long> milliseconds, Func<int> percent, RuleLimits? limits = null)
{
    private long _deadline;

    public ISensitiveMasker Masker => masker;

    public RuleLimits Limits { get; } = limits ?? RuleLimits.Default;

    public RuleCounters Counters { get; } = new();

    internal bool IsSampledOut(int keptPercent) => percent() >= keptPercent;

    internal void BeginMessage() => _deadline = milliseconds() + Limits.MessageMilliseconds;

    internal bool IsOverBudget => milliseconds() > _deadline;
}

/// <summary>Messages and values by what rules did with them.</summary>
public sealed class RuleCounters
{
    public long Kept { get; set; }

    public long Stopped { get; set; }

    public long SampledOut { get; set; }

    public long Empty { get; set; }

    /// <summary>Messages not logged because rules took too long.</summary>
    public long TimedOut { get; set; }

    /// <summary>Details removed because a pattern took too long on them, or a replacement grew too large.</summary>
    public long ValuesRemovedByLimit { get; set; }

    internal void Count(RuleOutcome outcome)
    {
        switch (outcome)
        {
            case RuleOutcome.Kept:
                Kept++;
                break;
            case RuleOutcome.Stopped:
                Stopped++;
                break;
            case RuleOutcome.SampledOut:
                SampledOut++;
                break;
            case RuleOutcome.Empty:
                Empty++;
                break;
            default:
                TimedOut++;
                break;
        }
    }
}
