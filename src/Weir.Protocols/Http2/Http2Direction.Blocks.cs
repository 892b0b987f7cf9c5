using System.Buffers.Binary;
using Weir.Protocols.Http2.Hpack;
using Weir.Records;

namespace Weir.Protocols.Http2;

/// <content>
/// Header blocks: HEADERS or PUSH_PROMISE and the CONTINUATION frames behind it (RFC 9113 §4.3). Every block is decoded, also
/// of streams that nobody follows, because each one changes the dynamic table.
/// </content>
internal sealed partial class Http2Direction
{
    private void TakeFragment(ReadOnlySpan<byte> payload, long ns)
    {
        var first = _frame.Type != Http2FrameType.Continuation;
        if (!first && _blockStream == 0)
        {
            // Its beginning was lost or broken; so was the table then.
            Hpack.Lose();
            return;
        }

        if (first)
        {
            if (_frame.StreamId == 0 || !_frame.TryStrip(ref payload))
            {
                Hpack.Lose();
                if (owner.Find(_frame.StreamId) is { } stream) Http2Conversation.Mark(stream, Anomaly.FrameInvalid);
                return;
            }

            _blockFrame = _frame;
            _blockNs = _frameNs;
            _blockTooLong = _frame.Length > limits.MaxHeaderBlockBytes;
        }

        var last = _frame.Has(Http2Frame.EndHeadersFlag);
        if (first && last)
        {
            FinishBlock(payload, ns);
            return;
        }

        _blockStream = _frame.StreamId;
        _blockTooLong |= _block.Length + _frame.Length > limits.MaxHeaderBlockBytes;
        if (!_blockTooLong) _block.Append(payload);
        if (!last) return;
        FinishBlock(_block.Span, ns);
        DropBlock();
    }

    private void FinishBlock(ReadOnlySpan<byte> block, long ns)
    {
        _head.Clear();
        var promised = 0;
        if (_blockFrame.Type == Http2FrameType.PushPromise)
        {
            if (block.Length < 4)
            {
                Hpack.Lose();
                return;
            }

            promised = BinaryPrimitives.ReadInt32BigEndian(block) & int.MaxValue;
            block = block[4..];
        }

        if (_blockTooLong)
        {
            _head.Anomalies.Add(Anomaly.HeaderTooLarge);
            _head.OnUnknownField();
            Hpack.Lose();
        }
        else if (Hpack.Decode(block, _head) != HpackOutcome.Complete)
        {
            _head.Anomalies.Add(Anomaly.HeaderBlockInvalid);
        }

        if (_blockFrame.Type == Http2FrameType.PushPromise)
        {
            if (isServer) owner.Promise(promised, _head, _blockNs, ns);
            return;
        }

        owner.TakeHead(isServer, _blockFrame.StreamId, _head, _blockFrame.Has(Http2Frame.EndStreamFlag), _blockNs, ns);
    }

    /// <summary>RFC 9113 §6.10: nothing may come between the parts of a block. What was inserted into the table by it is unknown.</summary>
    private void BreakBlock()
    {
        if (owner.Find(_blockStream) is { } stream) Http2Conversation.Mark(stream, Anomaly.FrameInvalid);
        Hpack.Lose();
        DropBlock();
    }

    private void DropBlock()
    {
        _block.Clear();
        _blockStream = 0;
        _blockTooLong = false;
    }
}
