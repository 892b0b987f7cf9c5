namespace Weir.Flows.Metering;

/// <summary>
/// Bulks of one direction: four or more packets with payload in a row, none more than a second after the one before, and none of the
/// other direction's between them.
/// </summary>
internal struct BulkState
{
    private const int LeastPackets = 4;
    private const long LongestGapUs = 1_000_000;
    private long _startUs;
    private int _run;
    private long _runBytes;

    /// <summary>When a packet with payload was last counted; 0 before the first.</summary>
    public long LastUs { get; private set; }

    public long Bulks { get; private set; }

    public long Packets { get; private set; }

    public long Bytes { get; private set; }

    public long DurationUs { get; private set; }

    /// <param name="nowUs">Time of the packet.</param>
    /// <param name="payload">Its payload in bytes.</param>
    /// <param name="otherLastUs"><see cref="LastUs"/> of the other direction.</param>
    public void Add(long nowUs, int payload, long otherLastUs)
    {
        if (otherLastUs > _startUs) _startUs = 0;
        if (payload <= 0) return;
        if (_startUs == 0 || nowUs - LastUs > LongestGapUs)
        {
            (_startUs, _run, _runBytes) = (nowUs, 1, payload);
        }
        else
        {
            _run++;
            _runBytes += payload;
            if (_run == LeastPackets)
            {
                Bulks++;
                Packets += _run;
                Bytes += _runBytes;
                DurationUs += nowUs - _startUs;
            }
            else if (_run > LeastPackets)
            {
                Packets++;
                Bytes += payload;
                DurationUs += nowUs - LastUs;
            }
        }

        LastUs = nowUs;
    }
}
