using System.Buffers;
using System.IO.Compression;
using Weir.Center.Ingest;
using Weir.Records;
using Weir.Records.Json;
using Weir.Rpc.Center.V1;

namespace Weir.Center.Probes;

/// <summary>Turns the lines of one probe's batches into rows of the queue. Not thread-safe: one for each stream.</summary>
internal sealed class BatchIngest(ExchangeIngest ingest, ProbeLimits limits)
{
    private static readonly TimeSpan s_roomCheck = TimeSpan.FromMilliseconds(10);

    private readonly Exchange _exchange = new();
    private readonly HashSet<CaptureSourceKind> _planes = [];

    /// <summary>Exchanges of the batch that was taken last.</summary>
    public int Taken { get; private set; }

    /// <summary>Planes that they came by.</summary>
    public IReadOnlyList<string> Planes => [.. _planes.Select(WireNames.Of)];

    /// <summary>Lines of it that are no record.</summary>
    public int Invalid { get; private set; }

    /// <summary>Why it was not taken.</summary>
    public string Detail { get; private set; } = "";

    /// <summary>
    /// Queues every record. Waits a while for room; after <see cref="Receipt.Types.Outcome.Busy"/> some may have been queued, which
    /// does no harm when they come again.
    /// </summary>
    public async Task<Receipt.Types.Outcome> Take(Batch batch, CancellationToken cancellation)
    {
        (Taken, Invalid, Detail) = (0, 0, "");
        _planes.Clear();
        if (batch.Lines.Length > limits.MaxBatchBytes) return Refuse($"a batch may have {limits.MaxBatchBytes} bytes");
        ReadOnlyMemory<byte> text = batch.Lines.Memory;
        if (batch.Encoding == Batch.Types.Encoding.Zlib)
        {
            if (Inflate(text) is not { } inflated) return Refuse($"a batch cannot be decompressed, or has more than {limits.MaxTextBytes} bytes");
            text = inflated;
        }
        else if (batch.Encoding != Batch.Types.Encoding.Plain)
        {
            return Refuse("the encoding of a batch is not known");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(limits.StoreTimeout);
        while (text.Length > 0)
        {
            try
            {
                while (ingest.IsSaturated) await Task.Delay(s_roomCheck, patience.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return Busy("the store is slow");
            }

            var end = text.Span.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (line.Length == 0) continue;
            if (!ExchangeJsonReader.TryRead(line.Span, _exchange, out var error))
            {
                Invalid++;
                Detail = error;
                continue;
            }

            if (!ingest.TryOffer(_exchange)) return Busy("the queue in front of the store is full");
            Taken++;
            _planes.Add(_exchange.Source);
        }

        return Taken == 0 && Invalid > 0 ? Receipt.Types.Outcome.Refused : Receipt.Types.Outcome.Stored;
    }

    private Receipt.Types.Outcome Refuse(string why)
    {
        Detail = why;
        return Receipt.Types.Outcome.Refused;
    }

    private Receipt.Types.Outcome Busy(string why)
    {
        Detail = why;
        return Receipt.Types.Outcome.Busy;
    }

    /// <summary>Null when it is broken or too large.</summary>
    private ReadOnlyMemory<byte>? Inflate(ReadOnlyMemory<byte> packed)
    {
        var text = new ArrayBufferWriter<byte>(Math.Clamp(packed.Length * 4, 256, limits.MaxTextBytes));
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
            while (zlib.Read(text.GetSpan(16 << 10)) is > 0 and var read)
            {
                text.Advance(read);
                if (text.WrittenCount > limits.MaxTextBytes) return null;
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }

        return text.WrittenMemory;
    }
}
