using Weir.Records;

namespace Weir.Protocols.WebSocket;

internal enum InflateOutcome : byte
{
    /// <summary>All input was taken.</summary>
    Taken,
    /// <summary>This is no deflate data.</summary>
    Invalid,
    /// <summary>More output than the budget allows.</summary>
    TooMuch,
}

/// <summary>
/// Deflate (RFC 1951) as a stream that never ends and can be cut anywhere: permessage-deflate keeps the window from message to
/// message (RFC 7692 §7.2.3). The classes of .NET cannot be reset, nor go on after a final block, nor be pooled.
/// </summary>
internal sealed class Inflater
{
    private const int WindowBytes = 32 * 1024;
    private const int EndOfBlock = 256;

    private enum State : byte
    {
        BlockHeader,
        StoredLength,
        StoredData,
        TableSizes,
        CodeLengthLengths,
        CodeLengths,
        Symbol,
        LengthExtra,
        Distance,
        DistanceExtra,
    }

    private static readonly HuffmanTable FixedLiterals = Fixed(288, static s => (byte)(s < 144 ? 8 : s < 256 ? 9 : s < 280 ? 7 : 8));
    private static readonly HuffmanTable FixedDistances = Fixed(32, static _ => 5);

    // RFC 1951 §3.2.5: what the length codes 257 to 285 and the distance codes 0 to 29 stand for.
    private static readonly ushort[] LengthBase =
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    private static readonly byte[] LengthExtra =
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    private static readonly ushort[] DistanceBase =
    [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
        8193, 12289, 16385, 24577,
    ];

    private readonly byte[] _window = new byte[WindowBytes];
    private readonly byte[] _lengths = new byte[288 + 32];
    private readonly HuffmanTable _ownLiterals = new(288);
    private readonly HuffmanTable _ownDistances = new(32);
    private readonly HuffmanTable _codeLengthCode = new(19);
    private HuffmanTable _literals = FixedLiterals;
    private HuffmanTable _distances = FixedDistances;
    private State _state;
    private bool _final;
    private ulong _bits;
    private int _bitCount;
    private int _at;
    private int _flushed;
    private long _history;
    private int _stored;
    private int _literalCount;
    private int _distanceCount;
    private int _codeLengthCount;
    private int _filled;
    private int _symbol;
    private int _length;
    private ByteBuffer _output = null!;
    private int _keep;

    /// <summary>Bytes put out since <see cref="BeginMessage"/>.</summary>
    public long Produced { get; private set; }

    /// <summary>At a block boundary: a message may end here.</summary>
    public bool AtBoundary => _state == State.BlockHeader && _bitCount < 8;

    /// <summary>Forgets the window.</summary>
    public void Reset()
    {
        _state = State.BlockHeader;
        _final = false;
        _bits = 0;
        _bitCount = _at = _flushed = 0;
        _history = 0;
    }

    /// <summary>The next output belongs to a new message.</summary>
    public void BeginMessage() => Produced = 0;

    /// <param name="input">Taken whole unless the outcome says otherwise.</param>
    /// <param name="output">Receives output until it holds <paramref name="keepBytes"/>; the rest is only counted.</param>
    /// <param name="keepBytes">Bytes <paramref name="output"/> may hold.</param>
    /// <param name="budgetBytes">Bytes of output a message may have; overstepped by at most a window.</param>
    public InflateOutcome Inflate(ReadOnlySpan<byte> input, ByteBuffer output, int keepBytes, long budgetBytes)
    {
        (_output, _keep) = (output, keepBytes);
        while (true)
        {
            while (_bitCount <= 56 && !input.IsEmpty)
            {
                _bits |= (ulong)input[0] << _bitCount;
                _bitCount += 8;
                input = input[1..];
            }

            var before = (_bitCount, _state, _filled);
            var ok = Step(ref input);
            if (!ok) return InflateOutcome.Invalid;
            if (Produced + _at - _flushed > budgetBytes) return InflateOutcome.TooMuch;
            if (input.IsEmpty && before == (_bitCount, _state, _filled)) break;
        }

        Flush();
        return InflateOutcome.Taken;
    }

    private bool Step(ref ReadOnlySpan<byte> input) => _state switch
    {
        State.BlockHeader => ReadBlockHeader(),
        State.StoredLength => ReadStoredLength(),
        State.StoredData => CopyStored(ref input),
        State.TableSizes => ReadTableSizes(),
        State.CodeLengthLengths => ReadCodeLengthLengths(),
        State.CodeLengths => ReadCodeLengths(),
        _ => ReadSymbols(),
    };

    /// <summary>BFINAL, BTYPE. A message may hold a final block (RFC 7692 §7.2.3.4); the next begins at a byte.</summary>
    private bool ReadBlockHeader()
    {
        if (_final)
        {
            Drop(_bitCount & 7);
            _final = false;
        }

        if (_bitCount < 3) return true;
        _final = (_bits & 1) != 0;
        var type = (int)(_bits >> 1) & 3;
        Drop(3);
        switch (type)
        {
            case 0:
                Drop(_bitCount & 7);
                _state = State.StoredLength;
                return true;
            case 1:
                (_literals, _distances) = (FixedLiterals, FixedDistances);
                _state = State.Symbol;
                return true;
            case 2:
                _state = State.TableSizes;
                return true;
            default:
                return false;
        }
    }

    private bool ReadStoredLength()
    {
        if (_bitCount < 32) return true;
        _stored = (int)(_bits & 0xFFFF);
        var complement = (int)(_bits >> 16) & 0xFFFF;
        Drop(32);
        _state = _stored == 0 ? State.BlockHeader : State.StoredData;
        return (_stored ^ 0xFFFF) == complement;
    }

    private bool CopyStored(ref ReadOnlySpan<byte> input)
    {
        while (_stored > 0 && _bitCount >= 8)
        {
            Put((byte)_bits);
            Drop(8);
            _stored--;
        }

        while (_stored > 0 && !input.IsEmpty)
        {
            Put(input[0]);
            input = input[1..];
            _stored--;
        }

        if (_stored == 0) _state = State.BlockHeader;
        return true;
    }

    private bool ReadTableSizes()
    {
        if (_bitCount < 14) return true;
        _literalCount = (int)(_bits & 31) + 257;
        _distanceCount = (int)(_bits >> 5 & 31) + 1;
        _codeLengthCount = (int)(_bits >> 10 & 15) + 4;
        Drop(14);
        Array.Clear(_lengths, 0, 19);
        _filled = 0;
        _state = State.CodeLengthLengths;
        return _literalCount <= 286;
    }

    private bool ReadCodeLengthLengths()
    {
        ReadOnlySpan<byte> order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
        for (; _filled < _codeLengthCount; _filled++)
        {
            if (_bitCount < 3) return true;
            _lengths[order[_filled]] = (byte)(_bits & 7);
            Drop(3);
        }

        _filled = 0;
        _state = State.CodeLengths;
        return _codeLengthCode.Build(_lengths.AsSpan(0, 19));
    }

    private bool ReadCodeLengths()
    {
        var total = _literalCount + _distanceCount;
        while (_filled < total)
        {
            var symbol = _codeLengthCode.Decode(_bits, _bitCount, out var bits);
            if (symbol < 0) return symbol == -1;
            if (symbol < 16)
            {
                Drop(bits);
                _lengths[_filled++] = (byte)symbol;
                continue;
            }

            var extra = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
            if (_bitCount < bits + extra) return true;
            var repeat = (int)(_bits >> bits & ((1UL << extra) - 1)) + (symbol == 18 ? 11 : 3);
            if (_filled + repeat > total || (symbol == 16 && _filled == 0)) return false;
            Drop(bits + extra);
            _lengths.AsSpan(_filled, repeat).Fill(symbol == 16 ? _lengths[_filled - 1] : (byte)0);
            _filled += repeat;
        }

        _state = State.Symbol;
        (_literals, _distances) = (_ownLiterals, _ownDistances);
        return _lengths[EndOfBlock] != 0
            && _literals.Build(_lengths.AsSpan(0, _literalCount))
            && _distances.Build(_lengths.AsSpan(_literalCount, _distanceCount));
    }

    /// <summary>As many symbols as the bits at hand hold; the caller brings more.</summary>
    private bool ReadSymbols()
    {
        while (true)
        {
            switch (_state)
            {
                case State.Symbol:
                    var symbol = _literals.Decode(_bits, _bitCount, out var bits);
                    if (symbol < 0) return symbol == -1;
                    Drop(bits);
                    if (symbol < EndOfBlock)
                    {
                        Put((byte)symbol);
                        continue;
                    }

                    if (symbol == EndOfBlock)
                    {
                        _state = State.BlockHeader;
                        return true;
                    }

                    _symbol = symbol - EndOfBlock - 1;
                    if (_symbol >= LengthBase.Length) return false;
                    _state = State.LengthExtra;
                    continue;
                case State.LengthExtra:
                    if (!TryTake(LengthExtra[_symbol], out var more)) return true;
                    _length = LengthBase[_symbol] + more;
                    _state = State.Distance;
                    continue;
                case State.Distance:
                    _symbol = _distances.Decode(_bits, _bitCount, out bits);
                    if (_symbol < 0) return _symbol == -1;
                    Drop(bits);
                    if (_symbol >= DistanceBase.Length) return false;
                    _state = State.DistanceExtra;
                    continue;
                default:
                    if (!TryTake(Math.Max(0, (_symbol >> 1) - 1), out more)) return true;
                    if (!Copy(DistanceBase[_symbol] + more)) return false;
                    _state = State.Symbol;
                    continue;
            }
        }
    }

    private bool Copy(int distance)
    {
        if (distance > WindowBytes || distance > _history) return false;
        var from = (_at - distance) & (WindowBytes - 1);
        for (; _length > 0; _length--)
        {
            Put(_window[from]);
            from = (from + 1) & (WindowBytes - 1);
        }

        return true;
    }

    private void Put(byte value)
    {
        _window[_at++] = value;
        _history++;
        if (_at < WindowBytes) return;
        Flush();
        _at = _flushed = 0;
    }

    private void Flush()
    {
        var fresh = _window.AsSpan(_flushed, _at - _flushed);
        Produced += fresh.Length;
        _flushed = _at;
        var room = _keep - _output.Length;
        if (room > 0) _output.Append(fresh[..Math.Min(room, fresh.Length)]);
    }

    private bool TryTake(int count, out int value)
    {
        value = (int)(_bits & ((1UL << count) - 1));
        if (_bitCount < count) return false;
        Drop(count);
        return true;
    }

    private void Drop(int count)
    {
        _bits >>= count;
        _bitCount -= count;
    }

    private static HuffmanTable Fixed(int symbols, Func<int, byte> length)
    {
        var table = new HuffmanTable(symbols);
        table.Build([.. Enumerable.Range(0, symbols).Select(length)]);
        return table;
    }
}

/// <summary>Inflaters of one worker: at most as many as the limit, the free ones kept.</summary>
internal sealed class InflaterPool(int maximum)
{
    private readonly Stack<Inflater> _free = new();
    private int _rented;

    /// <summary>Null when all are in use.</summary>
    public Inflater? Rent()
    {
        if (_rented >= maximum) return null;
        _rented++;
        var inflater = _free.TryPop(out var one) ? one : new Inflater();
        inflater.Reset();
        return inflater;
    }

    public void Return(Inflater inflater)
    {
        _rented--;
        _free.Push(inflater);
    }
}
