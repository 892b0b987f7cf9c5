using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Weir.Packets;

namespace Weir.Export.GoReplay;

/// <summary>Reads the records of a .gor file, gzipped or not, one after another. What is no record is counted and passed over.</summary>
public sealed class GorReader : IDisposable
{
    /// <summary>Bytes of one record; GoReplay itself cuts messages at 5 MiB, Weir at 64 MiB of body.</summary>
    public const int MaxRecordBytes = 80 << 20;

    private const int ChunkBytes = 64 << 10;

    private readonly Stream _stream;
    private byte[] _buffer = new byte[ChunkBytes];
    private int _start;
    private int _end;
    private bool _ended;

    /// <param name="stream">Owned.</param>
    public GorReader(Stream stream)
    {
        var buffered = new BufferedStream(stream, ChunkBytes);
        _stream = Sniff(buffered);
    }

    /// <summary>Stretches between separators that are no record.</summary>
    public long Malformed { get; private set; }

    /// <summary>Why reading ended early; null when the file was read to its end.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether a file begins like one of these: a type, a space and a hex id.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> start) =>
        start.Length >= 26 && start[0] is >= (byte)'1' and <= (byte)'3' && start[1] == ' '
        && !start.Slice(2, 24).ContainsAnyExcept(System.Buffers.SearchValues.Create("0123456789abcdefABCDEF"u8));

    public bool TryRead([NotNullWhen(true)] out GorRecord? record)
    {
        while (TryReadStretch(out var stretch))
        {
            if (TryParse(stretch, out record)) return true;
            if (!stretch.Trim("\r\n "u8).IsEmpty) Malformed++;
        }

        record = null;
        return false;
    }

    public void Dispose() => _stream.Dispose();

    private static Stream Sniff(BufferedStream stream)
    {
        var first = stream.ReadByte();
        var second = stream.ReadByte();
        var prefix = new List<byte>();
        if (first >= 0) prefix.Add((byte)first);
        if (second >= 0) prefix.Add((byte)second);
        var whole = new PrefixedStream([.. prefix], stream, leaveOpen: false);
        return first == 0x1F && second == 0x8B ? new GZipStream(whole, CompressionMode.Decompress) : whole;
    }

    /// <summary>The bytes up to the next separator, or to the end.</summary>
    private bool TryReadStretch(out ReadOnlySpan<byte> stretch)
    {
        var searched = 0;
        while (true)
        {
            var held = _buffer.AsSpan(_start.._end);
            var at = held[searched..].IndexOf(GorFormat.Separator);
            if (at >= 0)
            {
                stretch = held[..(searched + at)];
                _start += searched + at + GorFormat.Separator.Length;
                return true;
            }

            if (_ended || held.Length > MaxRecordBytes)
            {
                if (!_ended) Problem = $"a record is larger than {MaxRecordBytes >> 20} MiB";
                stretch = _ended ? held : default;
                (_start, _ended) = (_end, true);
                return !stretch.IsEmpty;
            }

            // The separator may stand across the seam.
            searched = Math.Max(0, held.Length - GorFormat.Separator.Length + 1);
            Fill();
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        try
        {
            var read = _stream.Read(_buffer.AsSpan(_end));
            _ended = read == 0;
            _end += read;
        }
        catch (InvalidDataException broken)
        {
            Problem = $"the compressed data is broken: {broken.Message}";
            _ended = true;
        }
    }

    private static bool TryParse(ReadOnlySpan<byte> stretch, [NotNullWhen(true)] out GorRecord? record)
    {
        record = null;
        stretch = stretch.TrimStart("\r\n"u8);
        var line = stretch.IndexOf((byte)'\n');
        if (line is < 0 or > 256) return false;
        var parts = Encoding.Latin1.GetString(stretch[..line]).Trim().Split(' ');
        if (parts.Length < 3 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var type) || type is < 1 or > 3) return false;
        if (!long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp)) return false;
        // Versions before 0.16 have no latency on requests.
        var latency = 0L;
        if (parts.Length > 3 && !long.TryParse(parts[3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out latency)) return false;
        record = new GorRecord((GorRecordType)type, parts[1], timestamp, latency, stretch[(line + 1)..].ToArray());
        return true;
    }
}
