using System.IO.Compression;
using Weir.Capture;
using Weir.Export.GoReplay;
using Weir.Packets;

namespace Weir.Cli.GoReplay;

/// <summary>
/// A .gor file as a capture: each call becomes a connection of its own, so that everything behind a capture (parsing, limits,
/// anomalies, filters) works on it unchanged. Addresses are those that GoReplay's ids tell; the server's is unknown (0.0.0.0).
/// Responses of replays (type 3) are left out.
/// </summary>
internal sealed class GorCaptureSource : ICaptureSource
{
    /// <summary>Requests that wait for their response; the oldest is given up beyond that.</summary>
    private const int MaxWaiting = 10_000;

    private const int FramesPerCancellationCheck = 256;

    private readonly string _name;
    private readonly GorReader _reader;
    private readonly Dictionary<string, (TcpFrames Frames, int Port)> _waiting = [];
    private readonly Queue<string> _oldestFirst = new();
    private readonly HashSet<int> _portsInUse = [];
    private readonly List<string> _warnings = [];
    private long _records;
    private long _bytes;
    private int _nextPort = 49_152;

    private GorCaptureSource(string name, GorReader reader) => (_name, _reader) = (name, reader);

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Null when the file is none of these.</summary>
    /// <exception cref="CaptureException">The file is not there or cannot be read.</exception>
    public static GorCaptureSource? TryOpen(string path)
    {
        try
        {
            if (!LooksLike(path)) return null;
            return new GorCaptureSource(path, new GorReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CaptureException($"Cannot read the capture '{path}': {e.Message}", e);
        }
    }

    public void Run(IFrameSink sink, CancellationToken cancellation)
    {
        var lastNs = 0L;
        while (_reader.TryRead(out var record))
        {
            Volatile.Write(ref _records, _records + 1);
            Volatile.Write(ref _bytes, _bytes + record.Payload.Length);
            lastNs = Math.Max(lastNs, record.TimestampNs);
            if (record.Type == GorRecordType.Request) Request(sink, record);
            else if (record.Type == GorRecordType.Response) Response(sink, record);
            if (_records % FramesPerCancellationCheck == 0 && cancellation.IsCancellationRequested) return;
        }

        foreach (var (frames, _) in _waiting.Values) frames.Close(sink, lastNs);
        if (_reader.Malformed > 0) _warnings.Add($"{_name}: {_reader.Malformed} stretches are no record");
        if (_reader.Problem is { } problem) _warnings.Add($"{_name}: {problem}");
    }

    public IReadOnlyList<InterfaceStatistics> ReadStatistics() =>
        [new InterfaceStatistics(_name, Volatile.Read(ref _records), Volatile.Read(ref _bytes), 0, 0)];

    public void Dispose() => _reader.Dispose();

    private static bool LooksLike(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        // A pipe cannot be looked into and read again.
        if (!file.CanSeek) return false;
        var start = new byte[32];
        var read = file.ReadAtLeast(start, 2, throwOnEndOfStream: false);
        if (read < 2) return false;
        file.Position = 0;
        Stream content = start[0] == 0x1F && start[1] == 0x8B ? new GZipStream(file, CompressionMode.Decompress) : file;
        try
        {
            read = content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            return GorReader.LooksLike(start.AsSpan(0, read));
        }
        catch (InvalidDataException)
        {
            // Broken compression is told by whoever reads the file in earnest.
            return false;
        }
    }

    private void Request(IFrameSink sink, GorRecord record)
    {
        // Only the first request of an id has a response that can be told to be its own.
        if (_waiting.ContainsKey(record.Id)) return;
        if (_waiting.Count >= MaxWaiting) GiveUp(sink, record.TimestampNs);
        if (!GorId.TryReadPeers(record.Id, out var client, out var clientPort, out var serverPort))
            (client, clientPort, serverPort) = (IpAddress.FromV4([0, 0, 0, 0]), 0, 80);
        var port = FreePort(clientPort);
        var frames = new TcpFrames(client, (ushort)port, IpAddress.FromV4([0, 0, 0, 0]), serverPort);
        _waiting.Add(record.Id, (frames, port));
        _oldestFirst.Enqueue(record.Id);
        frames.Open(sink, record.TimestampNs);
        frames.Data(sink, record.TimestampNs, fromClient: true, record.Payload);
    }

    private void Response(IFrameSink sink, GorRecord record)
    {
        if (!_waiting.Remove(record.Id, out var waiting)) return;
        _portsInUse.Remove(waiting.Port);
        waiting.Frames.Data(sink, record.TimestampNs, fromClient: false, record.Payload);
        waiting.Frames.Close(sink, record.TimestampNs);
    }

    private void GiveUp(IFrameSink sink, long nowNs)
    {
        while (_oldestFirst.TryDequeue(out var id))
        {
            if (!_waiting.Remove(id, out var waiting)) continue;
            _portsInUse.Remove(waiting.Port);
            waiting.Frames.Close(sink, nowNs);
            return;
        }
    }

    /// <summary>The port that was captured, unless a call of the same port still waits: the packets of the two would mix.</summary>
    private int FreePort(ushort wanted)
    {
        var port = (int)wanted;
        while (port == 0 || !_portsInUse.Add(port)) port = _nextPort = _nextPort == ushort.MaxValue ? 1024 : _nextPort + 1;
        return port;
    }
}
