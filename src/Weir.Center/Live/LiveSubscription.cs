using System.Buffers;
using System.Globalization;
using System.Text;
using Weir.Records;

namespace Weir.Center.Live;

/// <summary>
/// What waits for one reader, already in the wire form of server-sent events (WHATWG HTML §9.2). Capture threads append, the
/// reader's request takes everything at once.
/// </summary>
internal sealed class LiveSubscription(int maxBytes, Func<Exchange, bool>? where)
{
    /// <summary>A buffer grown beyond this (bytes) by a burst is not kept.</summary>
    private const int RetainedBytes = 64 << 10;

    private readonly Lock _gate = new();
    private ArrayBufferWriter<byte> _filling = new();
    private ArrayBufferWriter<byte> _taken = new();
    private long _missed;

    public bool HasFilter => where is not null;

    public bool Wants(Exchange exchange) => where is null || where(exchange);

    /// <summary>False when the reader is too slow and this one is left out.</summary>
    public bool TryAppend(ReadOnlySpan<byte> type, ExchangeId id, ReadOnlySpan<byte> summary)
    {
        Span<byte> text = stackalloc byte[ExchangeId.TextLength];
        id.Format(text);
        lock (_gate)
        {
            if (_filling.WrittenCount + summary.Length > maxBytes)
            {
                _missed++;
                return false;
            }

            _filling.Write("event: "u8);
            _filling.Write(type);
            _filling.Write("\nid: "u8);
            _filling.Write(text);
            _filling.Write("\ndata: "u8);
            _filling.Write(summary);
            _filling.Write("\n\n"u8);
            return true;
        }
    }

    /// <summary>Others were left out before they came here.</summary>
    public void Miss(long calls)
    {
        lock (_gate) _missed += calls;
    }

    /// <summary>Everything that waits, a notice of what was left out last; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        lock (_gate)
        {
            if (_taken.Capacity > RetainedBytes) _taken = new ArrayBufferWriter<byte>();
            else _taken.ResetWrittenCount();
            (_filling, _taken) = (_taken, _filling);
            if (_missed > 0)
            {
                var notice = string.Create(CultureInfo.InvariantCulture, $"event: dropped\ndata: {{\"count\":{_missed}}}\n\n");
                Encoding.ASCII.GetBytes(notice, _taken);
                _missed = 0;
            }

            return _taken.WrittenMemory;
        }
    }
}
