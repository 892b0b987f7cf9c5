namespace Weir.Packets;

/// <summary>
/// Reads pcap and pcapng files, also gzip-compressed, from any stream, pipes included. Frames point into the reader's
/// buffer: nothing is copied or allocated per packet.
/// </summary>
public sealed class CaptureFileReader : IDisposable
{
    private readonly StreamWindow _window;
    private readonly CaptureFormatReader _reader;

    private CaptureFileReader(StreamWindow window, CaptureFormatReader reader, bool isCompressed)
    {
        _window = window;
        _reader = reader;
        IsCompressed = isCompressed;
    }

    public CaptureFileFormat Format => _reader is PcapReader ? CaptureFileFormat.Pcap : CaptureFileFormat.PcapNg;

    public bool IsCompressed { get; }

    /// <summary>Interfaces seen so far, as <see cref="Frame.InterfaceId"/> counts them; a pcapng file may add to them at any time.</summary>
    public IReadOnlyList<CaptureInterface> Interfaces => _reader.Interfaces;

    /// <summary>Not compressed and not a pipe: it can be read again from its beginning, at no cost beyond the reading.</summary>
    public bool IsPlainFile { get; private init; }

    public CaptureFileState State => _reader.State;

    /// <summary>True when the file ended within a packet.</summary>
    public bool Truncated => State == CaptureFileState.CutShort;

    /// <summary>Why reading ended before a regular end; null when it did not.</summary>
    public string? Problem => _reader.Problem;

    /// <summary>Frames handed out.</summary>
    public long FrameCount { get; private set; }

    /// <exception cref="CaptureFileException">The stream does not start like a capture file.</exception>
    public static CaptureFileReader Open(Stream stream, CaptureFileLimits? limits = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        limits ??= CaptureFileLimits.Default;
        var start = stream.CanSeek ? stream.Position : 0;
        // A window owns its stream, so the caller's own goes behind a wrapper that can leave it open.
        var window = new StreamWindow(new PrefixedStream([], stream, leaveOpen), limits.ReadBytes);
        try
        {
            var isGzip = window.Ensure(2) && window.Bytes[0] == 0x1F && window.Bytes[1] == 0x8B;
            if (isGzip)
            {
                window = new StreamWindow(Inflate(window.Bytes, stream, start, leaveOpen), limits.ReadBytes);
            }

            return new CaptureFileReader(window, CaptureFileSniffer.Open(window, limits, isGzip), isGzip)
            {
                IsPlainFile = stream.CanSeek && !isGzip,
            };
        }
        catch (CaptureFileException)
        {
            window.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The next frame, valid until the next call. False at the end: <see cref="State"/> and <see cref="Problem"/> say
    /// whether it was a regular one.
    /// </summary>
    public bool TryRead(out Frame frame)
    {
        if (State != CaptureFileState.Reading || !_reader.TryRead(out frame))
        {
            frame = default;
            return false;
        }

        FrameCount++;
        return true;
    }

    public void Dispose() => _window.Dispose();

    private static ExactGzipStream Inflate(ReadOnlySpan<byte> taken, Stream stream, long start, bool leaveOpen)
    {
        if (!stream.CanSeek) return new ExactGzipStream(new PrefixedStream(taken.ToArray(), stream, leaveOpen), leaveOpen: false);
        stream.Position = start;
        return new ExactGzipStream(stream, leaveOpen);
    }
}
