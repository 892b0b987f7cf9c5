using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Weir.Records;

namespace Weir.Export.GoReplay;

/// <summary>Writes requests and responses into .gor files, which GoReplay and <c>weir replay</c> read.</summary>
public sealed class GorFileOutput : BatchingOutput, IOutputCounters
{
    /// <summary>Files that names with %r or %t keep open at once.</summary>
    private const int MaxOpenFiles = 16;

    private readonly GorFileOptions _options;
    private readonly GorFileName _name;
    private readonly LinkedList<GorFile> _open = [];
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);
    private int _index;
    private long _total;
    private long _overTotal;
    private long _bodiesCut;
    private long _notHttp;
    private long _withoutRequest;

    /// <exception cref="OutputException">The file cannot be created.</exception>
    public GorFileOutput(string name, GorFileOptions options, TimeProvider? time = null)
        : base(name)
    {
        _options = options;
        _name = new GorFileName(name, time ?? TimeProvider.System);
        if (options.HasChunks) _index = FirstFreeIndex();
        // A name that cannot be written to is told before the capture begins.
        if (!_name.HasTokens) FileFor(GorRecordType.Request, "");
    }

    public IEnumerable<KeyValuePair<string, long>> Losses()
    {
        yield return new("gor_size_limit", Interlocked.Read(ref _overTotal));
    }

    public IEnumerable<KeyValuePair<string, long>> Ignored()
    {
        yield return new("gor_body_cut", Interlocked.Read(ref _bodiesCut));
        yield return new("gor_not_http", Interlocked.Read(ref _notHttp));
        yield return new("gor_no_request", Interlocked.Read(ref _withoutRequest));
    }

    protected override IExchangeEncoder CreateEncoder() => new Encoder(this);

    /// <summary>A batch is exchanges, each as the lengths and ids that <see cref="Encoder"/> puts in front of its two records.</summary>
    protected override void Deliver(ReadOnlySpan<byte> batch, int exchanges)
    {
        while (!batch.IsEmpty)
        {
            var type = (GorRecordType)batch[0];
            var length = BinaryPrimitives.ReadInt32LittleEndian(batch[1..]);
            var record = batch.Slice(Encoder.PrefixBytes, length);
            batch = batch[(Encoder.PrefixBytes + length)..];
            if (_options.MaxTotalBytes is { } most && _total + length > most)
            {
                if (type == GorRecordType.Request) _overTotal++;
                continue;
            }

            _total += length;
            // "1 ID …": the id stands behind the type.
            FileFor(type, Encoding.ASCII.GetString(record.Slice(2, GorId.Length))).Write(record, 1);
        }

        foreach (var file in _open) file.Flush();
    }

    protected override void Close()
    {
        foreach (var file in _open) file.Dispose();
    }

    private GorFile FileFor(GorRecordType type, string id)
    {
        var path = _name.For(type, id, _options.HasChunks ? _index : null);
        if (_open.FirstOrDefault(file => file.Path == path) is { } open)
        {
            if (open.Bytes < (_options.MaxFileBytes ?? long.MaxValue) && open.Records < (_options.MaxFileRecords ?? long.MaxValue)) return open;
            _open.Remove(open);
            open.Dispose();
            _index++;
            return FileFor(type, id);
        }

        if (_open.Count == MaxOpenFiles)
        {
            _open.First!.Value.Dispose();
            _open.RemoveFirst();
        }

        // A name that comes again within a run goes on where it was left.
        var file = new GorFile(path, _options.Append || !_begun.Add(path));
        _open.AddLast(file);
        return file;
    }

    /// <summary>Chunks of earlier runs stay: the next index after the last that is there.</summary>
    private int FirstFreeIndex()
    {
        var index = 0;
        while (File.Exists(_name.For(GorRecordType.Request, "", index))) index++;
        return _options.Append ? Math.Max(0, index - 1) : index;
    }

    private sealed class Encoder(GorFileOutput output) : IExchangeEncoder
    {
        /// <summary>Type and length in front of a record on its way to <see cref="Deliver"/>, which needs not look for its end.</summary>
        public const int PrefixBytes = 5;

        private readonly ArrayBufferWriter<byte> _record = new();

        public void Encode(Exchange exchange, IBufferWriter<byte> writer)
        {
            if (exchange.InProgress) return;
            if (!exchange.Protocol.StartsWith("HTTP/", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref output._notHttp);
                return;
            }

            if (!exchange.HasRequest)
            {
                Interlocked.Increment(ref output._withoutRequest);
                return;
            }

            if (exchange.Request.BodyTruncated || exchange.Response.BodyTruncated) Interlocked.Increment(ref output._bodiesCut);
            var id = GorId.Of(exchange);
            Begin(GorRecordType.Request, id, exchange.Request.FirstByteNs, 0);
            GorMessageWriter.Request(exchange, _record);
            End(GorRecordType.Request, writer);
            if (!exchange.HasResponse) return;
            var startNs = exchange.Response.FirstByteNs > 0 ? exchange.Response.FirstByteNs : exchange.Response.LastByteNs;
            Begin(GorRecordType.Response, id, startNs, Math.Max(0, startNs - exchange.Request.FirstByteNs));
            GorMessageWriter.Response(exchange, _record);
            End(GorRecordType.Response, writer);
        }

        private void Begin(GorRecordType type, string id, long timestampNs, long latencyNs)
        {
            _record.ResetWrittenCount();
            var line = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(int)type} {id} {timestampNs} {latencyNs}\n");
            _record.Write(Encoding.ASCII.GetBytes(line));
        }

        private void End(GorRecordType type, IBufferWriter<byte> writer)
        {
            _record.Write(GorFormat.Separator);
            var prefix = writer.GetSpan(PrefixBytes);
            prefix[0] = (byte)type;
            BinaryPrimitives.WriteInt32LittleEndian(prefix[1..], _record.WrittenCount);
            writer.Advance(PrefixBytes);
            writer.Write(_record.WrittenSpan);
        }
    }
}
