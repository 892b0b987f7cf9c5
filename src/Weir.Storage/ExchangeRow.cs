using System.Text;
using System.Text.Unicode;
using Weir.Records;

namespace Weir.Storage;

/// <summary>
/// One exchange ready to be stored: its index columns and its two JSON forms, all in one pooled buffer. Reused: fill it with
/// <see cref="Set"/>, hand it to the store, fill it again.
/// </summary>
public sealed class ExchangeRow
{
    private readonly ByteBuffer _bytes = new();
    private readonly Slice[] _texts = new Slice[ExchangeColumns.TextCount];
    private readonly long[] _numbers = new long[ExchangeColumns.NumberCount];
    private Slice _summary;
    private Slice _record;

    public ExchangeId Id { get; private set; }

    /// <summary>Unix nanoseconds in whole microseconds: the precision of the record, so that filters see one value.</summary>
    public long StartedAtNs { get; private set; }

    /// <summary>UTF-8 JSON without message headers and bodies.</summary>
    public ReadOnlySpan<byte> Summary => _bytes[_summary];

    /// <summary>UTF-8 JSON, complete.</summary>
    public ReadOnlySpan<byte> Record => _bytes[_record];

    /// <summary>Bytes this row holds in memory.</summary>
    public int Length => _bytes.Length;

    internal ReadOnlySpan<byte> Text(int column) => _bytes[_texts[column]];

    internal long Number(int column) => _numbers[column];

    public void Set(Exchange exchange, ReadOnlySpan<byte> summary, ReadOnlySpan<byte> record)
    {
        _bytes.Clear();
        Id = exchange.Id;
        StartedAtNs = exchange.StartedAtNs / 1000 * 1000;
        _summary = _bytes.Append(summary);
        _record = _bytes.Append(record);
        SetTexts(exchange);
        _numbers[ExchangeColumns.InProgress] = exchange.InProgress ? 1 : 0;
        _numbers[ExchangeColumns.DurationUs] = Math.Max(0, exchange.DurationNs) / 1000;
        _numbers[ExchangeColumns.Status] = exchange.HasResponse ? exchange.Response.Status : 0;
        _numbers[ExchangeColumns.ClientPort] = exchange.Client.Port;
        _numbers[ExchangeColumns.ServerPort] = exchange.Server.Port;
        _numbers[ExchangeColumns.ClientPid] = exchange.Client.ProcessId;
        _numbers[ExchangeColumns.ServerPid] = exchange.Server.ProcessId;
        _numbers[ExchangeColumns.RequestBytes] = exchange.HasRequest ? exchange.Request.BodyBytes : 0;
        _numbers[ExchangeColumns.ResponseBytes] = exchange.HasResponse ? exchange.Response.BodyBytes : 0;
        _numbers[ExchangeColumns.Complete] = exchange.Complete ? 1 : 0;
        _numbers[ExchangeColumns.HasRequest] = exchange.HasRequest ? 1 : 0;
    }

    private void SetTexts(Exchange exchange)
    {
        var request = exchange.Request;
        var has = exchange.HasRequest;
        SetText(ExchangeColumns.Method, has ? request[request.Method] : default);
        SetText(ExchangeColumns.Host, has ? request[request.Host] : default);
        SetText(ExchangeColumns.Path, has ? request[request.Path] : default);
        SetText(ExchangeColumns.Query, has ? request[request.Query] : default);
        SetText(ExchangeColumns.Protocol, exchange.Protocol);
        SetText(ExchangeColumns.Scheme, exchange.Scheme);
        SetText(ExchangeColumns.Source, WireNames.Of(exchange.Source));
        SetText(ExchangeColumns.Node, exchange.Node);
        SetText(ExchangeColumns.Endpoint, exchange.Endpoint);
        SetPeer(ExchangeColumns.Client, exchange.Client);
        SetPeer(ExchangeColumns.Server, exchange.Server);
        _texts[ExchangeColumns.Anomalies] = AppendAnomalies(exchange.Anomalies);
    }

    private void SetPeer(int first, Peer peer)
    {
        Span<byte> ip = stackalloc byte[64];
        _texts[first + ExchangeColumns.PeerIp] = _bytes.Append(ip[..peer.Ip.Format(ip)]);
        SetText(first + ExchangeColumns.PeerNamespace, peer.Namespace);
        SetText(first + ExchangeColumns.PeerPod, peer.Pod);
        SetText(first + ExchangeColumns.PeerWorkload, peer.Workload);
        SetText(first + ExchangeColumns.PeerService, peer.Service);
        SetText(first + ExchangeColumns.PeerProcess, peer.ProcessName);
    }

    /// <summary>Bytes from the wire; what is not UTF-8 is taken for Latin-1, as in the record, so that both compare alike.</summary>
    private void SetText(int column, ReadOnlySpan<byte> text) => _texts[column] =
        Utf8.IsValid(text) ? _bytes.Append(text) : _bytes.Append(Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(text)));

    private void SetText(int column, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            _texts[column] = default;
            return;
        }

        Span<byte> utf8 = stackalloc byte[256];
        _texts[column] = Encoding.UTF8.TryGetBytes(text, utf8, out var length)
            ? _bytes.Append(utf8[..length])
            : _bytes.Append(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Names with a comma on both sides of each, so that one is found with a plain substring search.</summary>
    private Slice AppendAnomalies(AnomalySet anomalies)
    {
        if (anomalies.IsEmpty) return default;
        var start = _bytes.Append(","u8).Offset;
        foreach (var anomaly in anomalies)
        {
            _bytes.Append(WireNames.Utf8(anomaly));
            _bytes.Append(","u8);
        }

        return new Slice(start, _bytes.Length - start);
    }
}
