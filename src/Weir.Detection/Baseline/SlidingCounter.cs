namespace Weir.Detection.Baseline;

/// <summary>How many in the last 60 s, in steps of 10 s.</summary>
internal struct SlidingCounter
{
    public const long StepNs = 10_000_000_000;
    private const int Steps = 6;

    [System.Runtime.CompilerServices.InlineArray(Steps)]
    private struct Ring
    {
        private int _first;
    }

    private Ring _steps;
    private long _step;

    public int Total { get; private set; }

    /// <summary>The count of the step at hand.</summary>
    public readonly int Present => _steps[(int)(_step % Steps)];

    public void Add(long nowNs, int count = 1)
    {
        Advance(nowNs);
        _steps[(int)(_step % Steps)] += count;
        Total += count;
    }

    /// <summary>Forgets what has become too old; time that goes back is taken for now.</summary>
    public void Advance(long nowNs)
    {
        var step = nowNs / StepNs;
        if (step - _step >= Steps)
        {
            _steps = default;
            (_step, Total) = (step, 0);
        }

        while (_step < step)
        {
            _step++;
            Total -= _steps[(int)(_step % Steps)];
            _steps[(int)(_step % Steps)] = 0;
        }
    }
}
