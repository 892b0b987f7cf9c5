using System.Buffers;
using System.Globalization;
using System.Text;
using Weir.Records;

namespace Weir.Export;

/// <summary>Writes the line of one exchange for <see cref="ConsoleOutput"/>.</summary>
internal sealed class ConsoleLine(bool colour, int width) : IExchangeEncoder
{
    private const int PeerColumns = 21;
    private const int MethodColumns = 7;
    private const int MinTargetColumns = 24;
    private const int UnlimitedTargetColumns = 48;

    /// <summary>Everything before and after the target, without marks: time, peers, method, status, duration, sizes.</summary>
    private const int FixedColumns = 12 + 2 + PeerColumns + 3 + PeerColumns + 2 + MethodColumns + 1 + 2 + 3 + 2 + 9 + 2 + 19;

    private readonly StringBuilder _line = new();

    public bool TakesInProgress => true;

    public void Encode(Exchange exchange, IBufferWriter<byte> writer)
    {
        // One line when it turns out to last, one when it is over.
        if (exchange is { InProgress: true, ProgressReports: > 1 }) return;
        _line.Clear();
        Format(exchange);
        _line.Append('\n');
        foreach (var chunk in _line.GetChunks()) Encoding.UTF8.GetBytes(chunk.Span, writer);
    }

    private void Format(Exchange exchange)
    {
        var time = DateTime.UnixEpoch.AddTicks(exchange.StartedAtNs / 100);
        Colour("2");
        _line.Append(time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture));
        Colour("0");
        _line.Append("  ");
        Peer(exchange.Client);
        _line.Append(" → ");
        Peer(exchange.Server);
        _line.Append("  ");
        var request = exchange.Request;
        Colour("1");
        Pad(exchange.HasRequest ? TerminalText.Append(_line, request[request.Method], 16) : Dash(), MethodColumns);
        Colour("0");
        _line.Append(' ');
        Target(exchange);
        _line.Append("  ");
        Status(exchange);
        _line.Append("  ");
        _line.Append(exchange.DurationNs < 0 ? "-".PadLeft(9) : Duration(exchange.DurationNs).PadLeft(9));
        _line.Append("  ");
        _line.Append((exchange.HasRequest ? Size(request.BodyBytes) : "-").PadLeft(7));
        _line.Append(" ↑ ");
        _line.Append((exchange.HasResponse ? Size(exchange.Response.BodyBytes) : "-").PadLeft(7)).Append(" ↓");
        Marks(exchange);
    }

    private void Peer(Peer peer)
    {
        var label = peer.Service ?? peer.Workload ?? peer.Pod ?? peer.ProcessName;
        var port = peer.Port.ToString(CultureInfo.InvariantCulture);
        var columns = label is null
            ? TerminalText.Append(_line, peer.Ip.IsV4 ? peer.Ip.ToString() : $"[{peer.Ip}]")
            : TerminalText.Append(_line, label, PeerColumns - 1 - port.Length);
        _line.Append(':').Append(port);
        Pad(columns + 1 + port.Length, PeerColumns);
    }

    private void Target(Exchange exchange)
    {
        var limit = width == 0 ? int.MaxValue : Math.Max(MinTargetColumns, width - FixedColumns);
        var request = exchange.Request;
        int columns;
        if (exchange.Dns.Present)
        {
            columns = TerminalText.Append(_line, exchange.Dns[exchange.Dns.Name], limit);
        }
        else if (!exchange.HasRequest)
        {
            columns = Dash();
        }
        else
        {
            var query = request.Query.IsEmpty ? [] : (ReadOnlySpan<byte>)[(byte)'?', .. request[request.Query]];
            columns = TerminalText.Append(_line, [.. request[request.Host], .. request[request.Path], .. query], limit);
        }

        Pad(columns, width == 0 ? UnlimitedTargetColumns : limit);
    }

    private void Status(Exchange exchange)
    {
        if (!exchange.HasResponse)
        {
            if (!exchange.InProgress && !exchange.Complete) Colour("31");
            _line.Append("---");
        }
        else
        {
            var status = exchange.Response.Status;
            if (exchange.Dns.Present)
            {
                Colour(status switch { 0 => "32", 3 => "33", _ => "31" });
                TerminalText.Append(_line, exchange.Response[exchange.Response.Reason]);
                Colour("0");
                return;
            }

            Colour(status switch { < 300 => "32", < 400 => "36", < 500 => "33", _ => "31" });
            _line.Append(status.ToString("000", CultureInfo.InvariantCulture));
        }

        Colour("0");
    }

    /// <summary>What a line of HTTP would not tell: operations, messages, answers.</summary>
    private void Content(Exchange exchange)
    {
        if (exchange.GraphQl.Present)
        {
            var (type, name, field) = exchange.GraphQl.Operations[0];
            _line.Append("  ").Append(WireNames.Of(type)).Append(' ');
            TerminalText.Append(_line, exchange.GraphQl[name.IsEmpty ? field : name], 40);
        }

        if (exchange.WebSocket.Present) _line.Append(CultureInfo.InvariantCulture, $"  {exchange.WebSocket.Messages} messages");
        if (exchange.ServerSentEvents >= 0) _line.Append(CultureInfo.InvariantCulture, $"  {exchange.ServerSentEvents} events");
        if (exchange.Dns.AnswerCount > 0) _line.Append(CultureInfo.InvariantCulture, $"  {exchange.Dns.AnswerCount} answers");
    }

    private void Marks(Exchange exchange)
    {
        Content(exchange);
        if (exchange.InProgress)
        {
            Colour("36");
            _line.Append("  … running");
            Colour("0");
            return;
        }

        if (exchange.Complete && exchange.Anomalies.IsEmpty) return;
        Colour(exchange.Complete ? "33" : "31");
        _line.Append(exchange.Complete ? "  ! " : "  ✗ ").Append(IncompleteReason.Of(exchange));
        Colour("0");
    }

    private static string Duration(long nanoseconds) => nanoseconds switch
    {
        < 1_000_000 => $"{nanoseconds / 1000} µs",
        < 100_000_000 => (nanoseconds / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " ms",
        < 10_000_000_000 => $"{nanoseconds / 1_000_000} ms",
        _ => (nanoseconds / 1e9).ToString("0.0", CultureInfo.InvariantCulture) + " s",
    };

    private static string Size(long bytes) => bytes switch
    {
        < 10_000 => $"{bytes} B",
        < 10_000_000 => $"{bytes / 1000} kB",
        < 10_000_000_000 => $"{bytes / 1_000_000} MB",
        _ => $"{bytes / 1_000_000_000} GB",
    };

    private int Dash()
    {
        _line.Append('-');
        return 1;
    }

    private void Pad(int used, int columns) => _line.Append(' ', Math.Max(0, columns - used));

    private void Colour(string code)
    {
        if (colour) _line.Append("\e[").Append(code).Append('m');
    }
}
