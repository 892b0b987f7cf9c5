using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols;

/// <summary>
/// Watches a connection until a protocol of the catalog recognises its bytes, then hands everything to its conversation;
/// again after a hand-over. A connection not seen from its start, or with a gap, is looked at anew at each chunk, because
/// its next message may begin there.
/// </summary>
internal sealed class ConversationSelector(ConversationHost host) : IStreamHandler
{
    private readonly Side[] _sides = [new Side(), new Side()];
    private Connection _connection = null!;
    private IConversation? _conversation;
    private Direction? _client;
    private bool _recognised;

    public ConversationSelector Start(Connection connection)
    {
        _connection = connection;
        _client = connection.HandshakeSeen ? Direction.FromInitiator : null;
        _recognised = false;
        foreach (var side in _sides)
        {
            side.Clear();
            side.End = null;
            side.KeepsWatching = !connection.HandshakeSeen;
        }

        return this;
    }

    public void OnChunk(Direction direction, ReadOnlySpan<byte> bytes, long timestampNs)
    {
        if (_conversation is null)
        {
            Watch(direction, bytes, timestampNs);
            return;
        }

        _conversation.OnChunk(direction, bytes, timestampNs);
        if (_conversation.HandedOver) TakeBack(direction, bytes, timestampNs);
    }

    public void OnGap(Direction direction, long length, long timestampNs)
    {
        host.Counters.GapBytes += length;
        if (_conversation is null)
        {
            var side = _sides[(int)direction];
            GiveUpPrefix(side);
            side.MissedBytes += length;
            side.KeepsWatching = true;
            return;
        }

        _conversation.OnGap(direction, length, timestampNs);
        if (_conversation.HandedOver) TakeBack(direction, default, timestampNs);
    }

    public void OnEnd(Direction direction, StreamEnd reason, long timestampNs)
    {
        _sides[(int)direction].End = reason;
        _conversation?.OnEnd(direction, reason, timestampNs);
        if (_conversation is null) GiveUpPrefix(_sides[(int)direction]);
        if (_sides[0].End is null || _sides[1].End is null) return;
        CountOpaqueConnection();
        Drop();
        host.Return(this);
    }

    private void Watch(Direction direction, ReadOnlySpan<byte> bytes, long ns)
    {
        var side = _sides[(int)direction];
        side.SeenBytes += bytes.Length;
        var limit = host.Options.RecognitionBytes;
        if (!side.KeepsWatching && side.SeenBytes - bytes.Length >= limit && side.Prefix.Length == 0)
        {
            host.Counters.OpaqueBytes += bytes.Length;
            return;
        }

        var before = side.Prefix.Length;
        if (before == 0) side.PrefixNs = ns;
        if (before > 0) side.Prefix.Append(bytes[..Math.Min(bytes.Length, limit)]);
        var recognition = Recognize(before > 0 ? side.Prefix.Span : bytes, direction, out var protocol);
        if (protocol is not null)
        {
            _client = recognition == Recognition.Request ? direction : Other(direction);
            Open(protocol, direction, before, bytes, ns);
            return;
        }

        if (recognition == Recognition.Undecided && before + bytes.Length < limit)
        {
            if (before == 0) side.Prefix.Append(bytes);
            return;
        }

        CountOpaque(side, before + bytes.Length);
        side.Prefix.Clear();
    }

    private Recognition Recognize(ReadOnlySpan<byte> bytes, Direction direction, out IProtocol? recognised)
    {
        var best = Recognition.No;
        recognised = null;
        for (var i = 0; i < ProtocolCatalog.All.Count; i++)
        {
            var protocol = ProtocolCatalog.All[i];
            var recognition = protocol.Recognize(bytes);
            if (recognition == Recognition.Undecided) best = Recognition.Undecided;
            if (recognition is not (Recognition.Request or Recognition.Response)) continue;
            var client = recognition == Recognition.Request ? direction : Other(direction);
            if (_client is { } known && known != client) continue;
            recognised = protocol;
            return recognition;
        }

        return best;
    }

    private void Open(IProtocol protocol, Direction direction, int prefixBytes, ReadOnlySpan<byte> bytes, long ns)
    {
        host.Counters.ConnectionsRecognised++;
        _recognised = true;
        _connection.Protocol = protocol.Name;
        _connection.Client = _client;
        var side = _sides[(int)direction];
        var other = _sides[(int)Other(direction)];
        var conversation = _conversation = protocol.Open(_connection, _client!.Value, host);
        if (other.MissedBytes > 0) conversation.OnGap(Other(direction), other.MissedBytes, ns);
        if (side.MissedBytes > 0) conversation.OnGap(direction, side.MissedBytes, ns);
        if (other.Prefix.Length > 0) conversation.OnChunk(Other(direction), other.Prefix.Span, other.PrefixNs);
        other.Clear();
        if (other.End is { } end) conversation.OnEnd(Other(direction), end, ns);
        if (prefixBytes > 0) conversation.OnChunk(direction, side.Prefix.Span[..prefixBytes], side.PrefixNs);
        side.Clear();
        if (conversation.HandedOver) TakeBack(direction, default, ns);
        // Through the front door: the conversation may be over already.
        OnChunk(direction, bytes, ns);
    }

    private void TakeBack(Direction direction, ReadOnlySpan<byte> bytes, long ns)
    {
        if (_conversation is not IHostedConversation hosted) return;
        var successor = hosted.Successor;
        _conversation = successor;
        _recognised = successor is not null;
        var untaken = bytes[(bytes.Length - Math.Min(bytes.Length, hosted.UntakenBytes))..];
        foreach (var side in _sides) side.Clear();
        var client = _client!.Value;
        if (!hosted.HeldClientBytes.IsEmpty) OnChunk(client, hosted.HeldClientBytes, ns);
        if (hosted.MissedClientBytes > 0) successor?.OnGap(client, hosted.MissedClientBytes, ns);
        hosted.Release();
        if (_sides[(int)client].End is { } end) successor?.OnEnd(client, end, ns);
        if (!untaken.IsEmpty) OnChunk(direction, untaken, ns);
    }

    private void Drop()
    {
        (_conversation as IHostedConversation)?.Release();
        _conversation = null;
    }

    private void GiveUpPrefix(Side side)
    {
        CountOpaque(side, side.Prefix.Length);
        side.Prefix.Clear();
    }

    private void CountOpaque(Side side, int bytes)
    {
        host.Counters.OpaqueBytes += bytes;
        // Mid-stream the rest of a message comes first; a conversation expects that without being told of a loss.
        if (_connection.HandshakeSeen) side.MissedBytes += bytes;
    }

    private void CountOpaqueConnection()
    {
        if (!_recognised && _sides[0].SeenBytes + _sides[1].SeenBytes > 0) host.Counters.OpaqueConnections++;
    }

    private static Direction Other(Direction direction) => (Direction)(1 - (int)direction);

    /// <summary>One direction while no protocol is known.</summary>
    private sealed class Side
    {
        /// <summary>Bytes that could still become a protocol's first.</summary>
        public readonly ByteBuffer Prefix = new();
        public long PrefixNs;
        public long SeenBytes;
        /// <summary>Bytes that no conversation will see: lost, or looked at and no protocol's.</summary>
        public long MissedBytes;
        public bool KeepsWatching;
        public StreamEnd? End;

        public void Clear()
        {
            Prefix.Clear();
            SeenBytes = MissedBytes = 0;
        }
    }
}
