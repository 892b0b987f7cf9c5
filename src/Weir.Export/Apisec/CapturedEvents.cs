using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Export.Apisec;

/// <summary>
/// Requests and responses as the events of the APISec traffic monitor: keys and order of its <c>ENDPOINT_CAPTURE</c> lines. A call makes
/// two, the response naming the request's method and endpoint. Not thread-safe.
/// </summary>
public sealed class CapturedEventWriter(BodyDecoderLimits? limits = null)
{
    /// <summary>What stands before an event on standard output.</summary>
    public const string Prefix = "ENDPOINT_CAPTURE: ";

    private readonly BodyDecoder _bodies = new(limits);

    /// <summary>Writes the events of a call, a line each; none for what is no HTTP call.</summary>
    /// <param name="exchange">Ended, redacted.</param>
    /// <param name="prefix">Before each line; empty for a file.</param>
    /// <param name="writer">Takes the lines.</param>
    public int Write(Exchange exchange, ReadOnlySpan<byte> prefix, IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(writer);
        if (!exchange.HasRequest || exchange.InProgress || exchange.Dns.Present) return 0;
        Line(exchange, isResponse: false, prefix, writer);
        if (!exchange.HasResponse) return 1;
        Line(exchange, isResponse: true, prefix, writer);
        return 2;
    }

    /// <summary>The service asked: as identified, else the first label of the host, else <c>unknown</c>.</summary>
    public static string ServiceOf(Exchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (exchange.Server.Service is { Length: > 0 } service) return service;
        return ServiceNames.Short(Encoding.Latin1.GetString(exchange.Request[exchange.Request.Host])) is { Length: > 0 } name ? name : "unknown";
    }

    private void Line(Exchange exchange, bool isResponse, ReadOnlySpan<byte> prefix, IBufferWriter<byte> writer)
    {
        writer.Write(prefix);
        using (var json = new Utf8JsonWriter(writer)) Event(json, exchange, isResponse);
        writer.Write("\n"u8);
    }

    private void Event(Utf8JsonWriter json, Exchange exchange, bool isResponse)
    {
        var (request, response) = (exchange.Request, exchange.Response);
        var (from, to) = isResponse ? (exchange.Server, exchange.Client) : (exchange.Client, exchange.Server);
        var host = Encoding.Latin1.GetString(request[request.Host]);
        var path = Encoding.UTF8.GetString(request[request.Path]);
        var endpoint = request[request.Query].IsEmpty ? path : $"{path}?{Encoding.UTF8.GetString(request[request.Query])}";
        json.WriteStartObject();
        json.WriteString("id", Id(exchange.Id, isResponse));
        json.WriteString("type", isResponse ? "response" : "request");
        json.WriteString("timestamp", Time(isResponse ? response.FirstByteNs : request.FirstByteNs));
        json.WriteString("node", exchange.Node ?? "unknown");
        json.WriteString("service", ServiceOf(exchange));
        json.WriteString("method", Encoding.Latin1.GetString(request[request.Method]));
        json.WriteString("endpoint", endpoint);
        json.WriteString("full_url", $"{exchange.Scheme}://{host}{endpoint}");
        json.WriteString("host", host);
        json.WriteString("protocol", "HTTP");
        json.WriteString("source_ip", from.Ip.ToString());
        json.WriteNumber("source_port", from.Port);
        json.WriteString("destination_ip", to.Ip.ToString());
        json.WriteNumber("destination_port", to.Port);
        if (isResponse)
        {
            json.WriteNumber("status_code", response.Status);
            json.WriteString("status_text", Encoding.Latin1.GetString(response[response.Reason]));
        }

        Message(json, request, "request_headers", "request_body");
        if (isResponse) Message(json, response, "response_headers", "response_body");
        json.WriteString("version", exchange.Protocol);
        json.WriteEndObject();
    }

    private void Message(Utf8JsonWriter json, HttpMessage message, string headers, string body)
    {
        json.WriteStartObject(headers);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in message.Headers)
        {
            var name = Encoding.Latin1.GetString(message[field.Name]);
            if (seen.Add(name)) json.WriteString(name, Encoding.Latin1.GetString(message[field.Value]));
        }

        json.WriteEndObject();
        var decoded = _bodies.Decode(message, keep: true);
        json.WriteString(body, decoded.Kind switch
        {
            BodyKind.Utf8 => Encoding.UTF8.GetString(decoded.Bytes),
            BodyKind.Windows1252 => Encoding.Latin1.GetString(decoded.Bytes),
            BodyKind.Binary => Convert.ToBase64String(decoded.Bytes),
            _ => "",
        });
    }

    /// <summary>A UUID of the call's own id, so that an event has the same whenever it is written. Ids count up, so a response differs in the highest bit of the part that does.</summary>
    private static string Id(ExchangeId id, bool isResponse)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id.Value ^ (isResponse ? UInt128.One << 79 : UInt128.Zero));
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private static string Time(long ns) =>
        DateTime.UnixEpoch.AddTicks(ns / 100).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>Events of calls on standard output, each line marked by <see cref="CapturedEventWriter.Prefix"/>.</summary>
/// <param name="stream">Owned.</param>
/// <param name="name">How an error message calls it.</param>
public sealed class CapturedLinesOutput(Stream stream, string name) : StreamOutput(stream, name)
{
    protected override IExchangeEncoder CreateEncoder() => new CapturedEventEncoder(Encoding.ASCII.GetBytes(CapturedEventWriter.Prefix));
}

/// <summary>
/// Events of calls as lines of a file, begun anew each time. One that has reached its size becomes <c>FILE.1</c>, in place of the one
/// before: two of them are all that there ever is.
/// </summary>
public sealed class CapturedFileOutput : BatchingOutput
{
    /// <summary>256 MiB: half a million events, and twice that fits into the smallest of node disks.</summary>
    public const long DefaultBytes = 256L << 20;

    private readonly string _path;
    private readonly long _maxBytes;
    private FileStream _file;

    /// <param name="path">The file.</param>
    /// <param name="maxBytes">Size after which another is begun.</param>
    /// <exception cref="OutputException">It cannot be created.</exception>
    public CapturedFileOutput(string path, long maxBytes = DefaultBytes)
        : base(path)
    {
        (_path, _maxBytes) = (path, maxBytes);
        _file = OutputSpec.Create(path);
    }

    protected override IExchangeEncoder CreateEncoder() => new CapturedEventEncoder([]);

    protected override void Deliver(ReadOnlySpan<byte> batch, int exchanges)
    {
        if (_file.Length > 0 && _file.Length + batch.Length > _maxBytes)
        {
            _file.Dispose();
            File.Move(_path, _path + ".1", overwrite: true);
            _file = OutputSpec.Create(_path);
        }

        _file.Write(batch);
    }

    protected override void Close() => _file.Dispose();
}

internal sealed class CapturedEventEncoder(byte[] prefix) : IExchangeEncoder
{
    private readonly CapturedEventWriter _events = new();

    public void Encode(Exchange exchange, IBufferWriter<byte> writer) => _events.Write(exchange, prefix, writer);
}
