using System.Buffers;
using Weir.Export.GoReplay;
using Weir.Packets;
using Weir.Records;

namespace Weir.Export;

/// <summary>
/// Calls as a pcapng file: each becomes a connection of its own, with its payload as HTTP/1, whatever carried it. Bodies are written as
/// they were kept: decoded, and cut where they were cut. Calls without an HTTP request (lookups) have no place in it. Not thread-safe.
/// </summary>
/// <param name="stream">Owned. Its errors are thrown as they are.</param>
public sealed class PacketFileOutput(Stream stream) : IExchangeSink, IFrameSink, IDisposable
{
    private readonly PcapNgWriter _writer = new(stream, static _ => "weir");
    private readonly ArrayBufferWriter<byte> _message = new();

    /// <summary>Calls that were not written.</summary>
    public long LeftOut { get; private set; }

    public void Write(Exchange exchange)
    {
        if (!exchange.HasRequest || exchange.Dns.Present)
        {
            LeftOut++;
            return;
        }

        var frames = new TcpFrames(
            exchange.Client.Ip, exchange.Client.Port, exchange.Server.Ip, exchange.Server.Port, (uint)(exchange.Id.Value ^ (exchange.Id.Value >> 64)));
        var endNs = exchange.StartedAtNs;
        frames.Open(this, endNs);
        _message.ResetWrittenCount();
        GorMessageWriter.Request(exchange, _message);
        frames.Data(this, endNs, fromClient: true, _message.WrittenSpan);
        endNs = Math.Max(endNs, exchange.Request.LastByteNs);
        if (exchange.HasResponse)
        {
            _message.ResetWrittenCount();
            GorMessageWriter.Response(exchange, _message);
            endNs = Math.Max(endNs, exchange.Response.FirstByteNs);
            frames.Data(this, endNs, fromClient: false, _message.WrittenSpan);
            endNs = Math.Max(endNs, exchange.Response.LastByteNs);
        }

        frames.Close(this, endNs);
    }

    public void OnFrame(in Frame frame) => _writer.Write(in frame);

    public void OnIdle(long nowNs)
    {
        // Time passes with the packets alone.
    }

    public void Dispose() => _writer.Dispose();
}
