using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Weir.Cli.Replay;

/// <summary>When a request is due.</summary>
/// <param name="Factor">How much faster than captured; 0 is as fast as it goes.</param>
/// <param name="PerSecond">Never more than this in a second; null for no bound.</param>
/// <param name="Percent">Share of the requests that is sent, chosen at random; 100 for all.</param>
/// <param name="MaxGap">Longer silences are cut to this; null keeps them.</param>
internal sealed record ReplayPace(double Factor, double? PerSecond, int Percent, TimeSpan? MaxGap)
{
    /// <summary><c>1x</c>, <c>0.5x</c>, <c>200%</c>, <c>max</c>.</summary>
    public static bool TryParseSpeed(string text, out double factor)
    {
        factor = 0;
        if (text.Equals("max", StringComparison.OrdinalIgnoreCase)) return true;
        var (number, unit) = text switch
        {
            [.., 'x' or 'X'] => (text[..^1], 1.0),
            [.., '%'] => (text[..^1], 0.01),
            _ => (text, 1.0),
        };
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out factor)) return false;
        factor *= unit;
        return factor is > 0 and <= 1000;
    }

    /// <summary><c>100</c> a second, or <c>10%</c> of all.</summary>
    public static bool TryParseRate(string? text, [NotNullWhen(true)] out (double? PerSecond, int Percent)? rate)
    {
        rate = (null, 100);
        if (text is null) return true;
        rate = null;
        var isPercent = text.EndsWith('%');
        if (!double.TryParse(isPercent ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value <= 0) return false;
        if (isPercent && value > 100) return false;
        rate = isPercent ? (null, (int)Math.Max(1, Math.Round(value))) : (value, 100);
        return true;
    }
}

/// <summary>Waits for the time of each request.</summary>
internal sealed class ReplayClock(ReplayPace pace)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private long _lastStartNs = -1;
    private double _dueSeconds;
    private double _slotSeconds;

    /// <summary>The longest that a request was sent after its time, because too many were under way.</summary>
    public TimeSpan Late { get; private set; }

    /// <summary>Another pass over the file begins: the next request comes right after the last.</summary>
    public void Rewind() => _lastStartNs = -1;

    public async Task Wait(long startNs, CancellationToken cancellation)
    {
        if (pace.Factor > 0 && _lastStartNs >= 0)
        {
            var gap = Math.Max(0, startNs - _lastStartNs) / 1e9;
            if (pace.MaxGap is { } most) gap = Math.Min(gap, most.TotalSeconds);
            _dueSeconds += gap / pace.Factor;
        }

        _lastStartNs = Math.Max(startNs, _lastStartNs);
        var due = _dueSeconds;
        if (pace.PerSecond is { } rate)
        {
            due = Math.Max(due, _slotSeconds);
            _slotSeconds = Math.Max(due, Now - 1) + (1 / rate);
        }

        var wait = due - Now;
        if (wait > 0) await Task.Delay(TimeSpan.FromSeconds(wait), cancellation);
        else if (pace.Factor > 0 && -wait > Late.TotalSeconds) Late = TimeSpan.FromSeconds(-wait);
    }

    private double Now => Stopwatch.GetElapsedTime(_began).TotalSeconds;
}
