using System.Buffers;
using System.Text;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Export;

/// <summary>
/// A HAR 1.2 file (W3C "HTTP Archive format" draft), as browser developer tools open it. Entries are streamed. On a file the
/// closing brackets are written with every batch and overwritten by the next, so that a killed run leaves valid JSON.
/// Entries of several workers are not sorted by time; viewers sort by <c>startedDateTime</c> themselves. Lookups are no HTTP and
/// have no place in it.
/// </summary>
public sealed class HarOutput(Stream stream, string name, BodyDecoderLimits? limits = null) : StreamOutput(stream, name)
{
    private readonly ArrayBufferWriter<byte> _whole = new();
    private bool _started;
    private long _leftOut;

    /// <summary>DNS lookups that were not written, because the format knows HTTP only.</summary>
    public long LeftOut => Interlocked.Read(ref _leftOut);

    private static ReadOnlySpan<byte> Tail => "\n]}}\n"u8;

    private static ReadOnlySpan<byte> Separator => ",\n"u8;

    protected override IExchangeEncoder CreateEncoder() => new Encoder(this, new HarEntryWriter(limits));

    protected override void Deliver(ReadOnlySpan<byte> batch, int exchanges)
    {
        if (batch.IsEmpty) return;
        _whole.ResetWrittenCount();
        if (!_started)
        {
            _whole.Write(Head());
            _whole.Write("\n"u8);
            batch = batch[Separator.Length..];
            _started = true;
        }

        _whole.Write(batch);
        if (Stream.CanSeek) _whole.Write(Tail);
        Stream.Write(_whole.WrittenSpan);
        Stream.Flush();
        if (Stream.CanSeek) Stream.Seek(-Tail.Length, SeekOrigin.Current);
    }

    protected override void DeliverEnd()
    {
        if (!_started) Stream.Write(Head());
        Stream.Write(Tail);
        Stream.Flush();
    }

    private static byte[] Head() => Encoding.ASCII.GetBytes(
        $$$"""{"log":{"version":"1.2","creator":{"name":"Weir","version":"{{{ProductVersion.Text}}}"},"pages":[],"entries":[""");

    private sealed class Encoder(HarOutput output, HarEntryWriter entries) : IExchangeEncoder
    {
        public void Encode(Exchange exchange, IBufferWriter<byte> writer)
        {
            if (exchange.Dns.Present)
            {
                Interlocked.Increment(ref output._leftOut);
                return;
            }

            writer.Write(Separator);
            entries.Write(exchange, writer);
        }
    }
}
