using System.Buffers;

namespace Weir.Packets;

/// <summary>
/// Fragments belong together when all of this agrees (RFC 791 §3.2, RFC 8200 §4.5, each link and each tunnel on its own).
/// </summary>
internal readonly record struct FragmentKey(
    IpAddress Source, IpAddress Destination, uint Identification, byte Protocol, bool IsV6, ushort VlanId, int InterfaceId,
    TunnelKind Tunnel, uint TunnelId);

/// <summary>One fragment: where its bytes belong, those captured, and how many it had on the wire.</summary>
internal readonly ref struct Fragment(int offset, bool more, byte protocol, ReadOnlySpan<byte> captured, int wireLength)
{
    public readonly int Offset = offset;
    public readonly bool More = more;
    public readonly byte Protocol = protocol;
    public readonly ReadOnlySpan<byte> Captured = captured;
    public readonly int WireLength = wireLength;

    public int End => Offset + WireLength;
}

internal enum FragmentResult
{
    Pending,
    Complete,
    /// <summary>Contradicts what came before: the whole datagram is void.</summary>
    Contradiction,
    TooManyPieces,
}

/// <summary>A datagram being put together. Pieces never overlap, so it is whole when their lengths sum up to its own.</summary>
internal sealed class FragmentedDatagram
{
    private const int FirstPieces = 16;
    private int[] _starts = new int[FirstPieces];
    private int[] _ends = new int[FirstPieces];
    private int _pieces;
    private int _filled;
    private int _notCapturedFrom;
    private int _totalLength;
    private int _highestEnd;

    public FragmentKey Key;
    public long FirstNs;
    public int Fragments;
    public int FrameBytes;
    public byte Protocol;
    public byte[] Buffer = [];
    /// <summary>Set after a contradiction: later fragments of the same datagram are dropped too (RFC 5722 §4).</summary>
    public bool IsVoid;
    public FragmentedDatagram? Older;
    public FragmentedDatagram? Newer;

    public int WireLength => _totalLength;

    /// <summary>The bytes up to the first one that the capture cut off.</summary>
    public ReadOnlySpan<byte> Captured => Buffer.AsSpan(0, Math.Min(_totalLength, _notCapturedFrom));

    public void Start(in FragmentKey key, long nowNs)
    {
        Key = key;
        FirstNs = nowNs;
        (Fragments, FrameBytes, Protocol, IsVoid) = (0, 0, 0, false);
        (_pieces, _filled, _notCapturedFrom, _totalLength, _highestEnd) = (0, 0, int.MaxValue, -1, 0);
    }

    public void ReleaseBuffer()
    {
        if (Buffer.Length > 0) ArrayPool<byte>.Shared.Return(Buffer);
        Buffer = [];
    }

    public void Grow(int bytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent(bytes);
        Buffer.AsSpan(0, _highestEnd).CopyTo(larger);
        ReleaseBuffer();
        Buffer = larger;
    }

    /// <summary><see cref="Buffer"/> must reach to the fragment's end.</summary>
    public FragmentResult Add(in Fragment fragment, int maxPieces)
    {
        if (!fragment.More)
        {
            if (_totalLength >= 0 && _totalLength != fragment.End) return FragmentResult.Contradiction;
            _totalLength = fragment.End;
        }

        var highestEnd = Math.Max(_highestEnd, fragment.End);
        if (_totalLength >= 0 && highestEnd > _totalLength) return FragmentResult.Contradiction;
        // The first fragment names the upper protocol (RFC 8200 §4.5); IPv4 repeats the same one in all.
        if (fragment.Offset == 0 && Protocol == 0) Protocol = fragment.Protocol;
        var result = Insert(in fragment, maxPieces);
        _highestEnd = highestEnd;
        return result == FragmentResult.Pending && _filled == _totalLength ? FragmentResult.Complete : result;
    }

    /// <summary>Fills the holes under the fragment: what came first stays, except that IPv6 forbids overlaps altogether.</summary>
    private FragmentResult Insert(in Fragment fragment, int maxPieces)
    {
        var index = 0;
        while (index < _pieces && _ends[index] <= fragment.Offset) index++;
        var overlaps = index < _pieces && _starts[index] < fragment.End;
        if (overlaps && Key.IsV6)
        {
            // RFC 8200 §4.5 lets an exact duplicate pass: networks do repeat packets.
            var duplicate = _starts[index] == fragment.Offset && _ends[index] == fragment.End;
            return duplicate ? FragmentResult.Pending : FragmentResult.Contradiction;
        }

        for (var start = fragment.Offset; start < fragment.End; index++)
        {
            var end = index < _pieces ? Math.Min(_starts[index], fragment.End) : fragment.End;
            if (start < end)
            {
                if (_pieces == maxPieces) return FragmentResult.TooManyPieces;
                InsertPiece(index++, start, end);
                Copy(in fragment, start, end);
            }

            if (index < _pieces) start = Math.Max(end, _ends[index]);
            else break;
        }

        return FragmentResult.Pending;
    }

    private void Copy(in Fragment fragment, int start, int end)
    {
        var capturedEnd = Math.Min(end, fragment.Offset + fragment.Captured.Length);
        if (capturedEnd > start)
            fragment.Captured[(start - fragment.Offset)..(capturedEnd - fragment.Offset)].CopyTo(Buffer.AsSpan(start));
        if (capturedEnd < end) _notCapturedFrom = Math.Min(_notCapturedFrom, Math.Max(start, capturedEnd));
    }

    private void InsertPiece(int index, int start, int end)
    {
        if (_pieces == _starts.Length)
        {
            Array.Resize(ref _starts, _pieces * 2);
            Array.Resize(ref _ends, _pieces * 2);
        }

        Array.Copy(_starts, index, _starts, index + 1, _pieces - index);
        Array.Copy(_ends, index, _ends, index + 1, _pieces - index);
        (_starts[index], _ends[index]) = (start, end);
        _pieces++;
        _filled += end - start;
    }
}
