using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Weir.StrictReceiver;

/// <summary>How the next request is answered; after the last of a plan, all are taken.</summary>
public enum Answer
{
    /// <summary>Checked, stored, 204.</summary>
    Take,
    /// <summary>503 with Retry-After: 1, nothing stored.</summary>
    Busy,
    /// <summary>200 instead of 204, nothing stored: no success.</summary>
    WrongSuccess,
    /// <summary>The connection is reset in the middle of the body.</summary>
    Reset,
    /// <summary>Stored, and the process dies by SIGKILL before the answer: the one case in which a sender cannot know.</summary>
    StoreAndDie,
    /// <summary>The process dies by SIGKILL in the middle of the body.</summary>
    Die,
    /// <summary>400, whatever it is.</summary>
    Refuse,
}

/// <summary>An HTTP/1.1 server that takes what the format demands and nothing else.</summary>
public sealed partial class Receiver(Journal journal, IEnumerable<Answer> plan) : IDisposable
{
    private const int MaxBodyBytes = 64 << 20;

    private readonly Queue<Answer> _plan = new(plan);
    private readonly CancellationTokenSource _stop = new();
    private TcpListener? _listener;

    public int Port => ((IPEndPoint)_listener!.LocalEndpoint).Port;

    public void Start(int port)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        _ = Accept(_listener);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener?.Dispose();
        _stop.Dispose();
    }

    private async Task Accept(TcpListener listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = Serve(await listener.AcceptTcpClientAsync(_stop.Token));
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            var stream = new BufferedStream(client.GetStream());
            try
            {
                while (await Request(client, stream)) await stream.FlushAsync(_stop.Token);
            }
            catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    /// <summary>False when the connection ends.</summary>
    private async Task<bool> Request(TcpClient client, BufferedStream stream)
    {
        if (await ReadLine(stream) is not { } start) return false;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLine(stream) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        Answer answer;
        lock (_plan) answer = _plan.TryDequeue(out var planned) ? planned : Answer.Take;
        if (!int.TryParse(headers.GetValueOrDefault("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > MaxBodyBytes)
            return await Refuse(stream, "no Content-Length");
        if (answer is Answer.Reset or Answer.Die)
        {
            await stream.ReadExactlyAsync(new byte[length / 2], _stop.Token);
            if (answer == Answer.Die) Die();
            client.LingerState = new LingerOption(true, 0);
            return false;
        }

        var body = new byte[length];
        await stream.ReadExactlyAsync(body, _stop.Token);
        if (answer == Answer.Busy) return await Reply(stream, "503 Service Unavailable", "Retry-After: 1\r\n");
        if (answer == Answer.WrongSuccess) return await Reply(stream, "200 OK", "");
        if (answer == Answer.Refuse) return await Refuse(stream, "as planned");
        var wrong = Head(start, headers) ?? Body(headers, ref body) ?? journal.Take(headers["Idempotency-Key"], body);
        if (wrong is not null) return await Refuse(stream, wrong);
        if (answer == Answer.StoreAndDie) Die();
        await stream.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray(), _stop.Token);
        return true;
    }

    private static string? Head(string start, Dictionary<string, string> headers)
    {
        if (start != "POST /message HTTP/1.1") return $"request line {start}";
        if (!Agent().IsMatch(headers.GetValueOrDefault("User-Agent", ""))) return $"User-Agent {headers.GetValueOrDefault("User-Agent")}";
        if (headers.GetValueOrDefault("Content-Type") != "application/ndjson; charset=UTF-8") return $"Content-Type {headers.GetValueOrDefault("Content-Type")}";
        if (headers.GetValueOrDefault("Content-Encoding", "deflated") != "deflated") return $"Content-Encoding {headers["Content-Encoding"]}";
        return headers.ContainsKey("Idempotency-Key") ? null : "no Idempotency-Key";
    }

    private static string? Body(Dictionary<string, string> headers, ref byte[] body)
    {
        if (headers.ContainsKey("Content-Encoding"))
        {
            if (body.Length < 2 || body[0] != 0x78 || ((body[0] << 8) | body[1]) % 31 != 0) return "no zlib stream";
            using var plain = new MemoryStream();
            try
            {
                using var zlib = new ZLibStream(new MemoryStream(body), CompressionMode.Decompress);
                zlib.CopyTo(plain);
            }
            catch (InvalidDataException broken)
            {
                return broken.Message;
            }

            body = plain.ToArray();
        }

        if (body.Length == 0 || body[^1] != '\n') return "no line end at the end";
        var rest = body.AsSpan();
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            if (MessageRules.Check(rest[..end], out _) is { } wrong) return $"{wrong}: {Encoding.UTF8.GetString(rest[..Math.Min(end, 300)])}";
            rest = rest[(end + 1)..];
        }

        return null;
    }

    private async Task<bool> Refuse(BufferedStream stream, string reason)
    {
        journal.Refused(reason);
        return await Reply(stream, "400 Bad Request", "");
    }

    private async Task<bool> Reply(BufferedStream stream, string status, string headers)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\n\r\n"), _stop.Token);
        return true;
    }

    private async Task<string?> ReadLine(BufferedStream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, _stop.Token) == 1)
        {
            if (one[0] == '\n') return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }

        return null;
    }

    /// <summary>SIGKILL to itself: no handler runs, nothing is flushed.</summary>
    private static void Die()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }

    [GeneratedRegex(@"^Resurface/\S+ \([^)]+\)$")]
    private static partial Regex Agent();
}
