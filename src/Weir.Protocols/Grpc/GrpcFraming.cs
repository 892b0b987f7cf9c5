using System.Buffers.Binary;
using Weir.Records;

namespace Weir.Protocols.Grpc;

/// <summary>
/// Counts the length-prefixed messages of one direction while its body passes by, whatever of it is kept.
/// </summary>
/// <remarks>
/// <code>
/// +-----------+--------------------+=================+
/// | Flags (8) |    Length (32)     |     Message     |      flags: 1 compressed, 0x80 trailers (gRPC-Web)
/// +-----------+--------------------+=================+
/// </code>
/// </remarks>
internal sealed class GrpcFraming
{
    public const int PrefixBytes = 5;
    public const byte CompressedFlag = 0x01;
    public const byte TrailersFlag = 0x80;

    /// <summary>Bytes of a trailers frame kept: as much as a header section.</summary>
    private const int MaxTrailerBytes = 64 * 1024;

    private readonly byte[] _prefix = new byte[PrefixBytes];
    private readonly byte[] _quad = new byte[4];
    private int _prefixLength;
    private int _quadLength;
    private long _rest;
    private bool _inTrailers;
    private bool _stopped;

    public GrpcFlavor Flavor { get; private set; }

    public long Messages { get; private set; }

    public long MessageBytes { get; private set; }

    /// <summary>A prefix that cannot be one.</summary>
    public bool IsInvalid { get; private set; }

    /// <summary>The body so far ends within a prefix or message.</summary>
    public bool IsWithin => !_stopped && (_prefixLength > 0 || _rest > 0);

    /// <summary>Payload of the gRPC-Web trailers frame: <c>name: value</c> lines.</summary>
    public ByteBuffer Trailers { get; } = new();

    public void Start(GrpcFlavor flavor)
    {
        Clear();
        Flavor = flavor;
    }

    public void Take(ReadOnlySpan<byte> bytes)
    {
        if (Flavor != GrpcFlavor.WebText)
        {
            TakePlain(bytes);
            return;
        }

        Span<byte> plain = stackalloc byte[3];
        foreach (var b in bytes)
        {
            if (_stopped) return;
            _quad[_quadLength++] = b;
            if (_quadLength < 4) continue;
            _quadLength = 0;
            // Each flush of the sender may end in padding, so quads are decoded one by one.
            if (System.Buffers.Text.Base64.DecodeFromUtf8(_quad, plain, out _, out var length) == System.Buffers.OperationStatus.Done)
                TakePlain(plain[..length]);
            else
                Fail();
        }
    }

    public void Lose(long length)
    {
        if (Flavor == GrpcFlavor.None) return;
        if (Flavor == GrpcFlavor.WebText || _prefixLength > 0 || length > _rest || _inTrailers)
        {
            Break();
            return;
        }

        MessageBytes += length;
        _rest -= length;
    }

    public void Break() => _stopped = true;

    public void Clear()
    {
        Flavor = GrpcFlavor.None;
        Messages = MessageBytes = _rest = 0;
        _prefixLength = _quadLength = 0;
        IsInvalid = _inTrailers = _stopped = false;
        Trailers.Clear();
    }

    private void TakePlain(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !_stopped)
        {
            if (_rest > 0)
            {
                var length = (int)Math.Min(_rest, bytes.Length);
                if (!_inTrailers) MessageBytes += length;
                else if (Trailers.Length + length <= MaxTrailerBytes) Trailers.Append(bytes[..length]);
                bytes = bytes[length..];
                _rest -= length;
                continue;
            }

            var more = Math.Min(PrefixBytes - _prefixLength, bytes.Length);
            bytes[..more].CopyTo(_prefix.AsSpan(_prefixLength));
            _prefixLength += more;
            bytes = bytes[more..];
            if (_prefixLength < PrefixBytes) return;
            _prefixLength = 0;
            TakePrefix();
        }
    }

    private void TakePrefix()
    {
        var flags = _prefix[0];
        var allowed = Flavor == GrpcFlavor.Grpc ? CompressedFlag : CompressedFlag | TrailersFlag;
        if ((flags & ~allowed) != 0 || _inTrailers)
        {
            Fail();
            return;
        }

        _rest = BinaryPrimitives.ReadUInt32BigEndian(_prefix.AsSpan(1));
        _inTrailers = (flags & TrailersFlag) != 0;
        if (!_inTrailers) Messages++;
    }

    private void Fail()
    {
        IsInvalid = true;
        Break();
    }
}
