using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Weir.Export.Retention;
using Weir.Rpc;
using Weir.Rpc.Center;
using Weir.Rpc.Center.V1;
using Weir.Rpc.Server;

namespace Weir.Center.Packets;

/// <summary>
/// Who keeps raw packets, and the answers of probes that are expected. An answer is let in by the id of its request alone, which only the
/// probe that was asked knows. Thread-safe.
/// </summary>
internal sealed class PacketDesk
{
    private const int IdBytes = 16;

    /// <summary>Chunks of 64 KiB that wait for a slow reader; then the probe waits.</summary>
    private const int WaitingChunks = 8;

    /// <summary>What a section of pcapng may have around each frame, at least 76 bytes of it: no probe sends more than twice what was asked, and its interfaces.</summary>
    private const long OverheadBytes = 16 << 20;

    private readonly ConcurrentDictionary<string, PacketNode> _nodes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<UInt128, PacketAnswerStream> _expected = new();
    private readonly ConcurrentDictionary<string, byte> _users = new(StringComparer.Ordinal);

    /// <summary>By name.</summary>
    public IReadOnlyList<PacketNode> Nodes => [.. _nodes.Values.OrderBy(node => node.Name, StringComparer.Ordinal)];

    public PacketNode? Find(string name) => _nodes.GetValueOrDefault(name);

    /// <summary>A node is there; one of the same name that was is no longer asked.</summary>
    public void Join(PacketNode node) => _nodes[node.Name] = node;

    /// <summary>It has gone, unless it has come again meanwhile.</summary>
    public void Leave(PacketNode node) => _nodes.TryRemove(KeyValuePair.Create(node.Name, node));

    /// <summary>Null while the user downloads already; disposing ends that.</summary>
    public IDisposable? Begin(string user) => _users.TryAdd(user, 0) ? new Turn(this, user) : null;

    /// <summary>Until it is disposed of, an answer to this request is let in.</summary>
    public PacketAnswerStream Expect(UInt128 id, long maxBytes)
    {
        var answer = new PacketAnswerStream(this, id, maxBytes > (long.MaxValue - OverheadBytes) / 2 ? long.MaxValue : (2 * maxBytes) + OverheadBytes);
        _expected[id] = answer;
        return answer;
    }

    /// <summary>The method by which probes answer.</summary>
    public async Task<PacketReceipt> Take(IAsyncEnumerable<PacketChunk> chunks, RpcServerCall call)
    {
        PacketAnswerStream? answer = null;
        try
        {
            await foreach (var chunk in chunks)
            {
                answer ??= chunk.Id.Length == IdBytes && _expected.TryRemove(BinaryPrimitives.ReadUInt128BigEndian(chunk.Id.Span), out var expected)
                    ? expected
                    : throw new RpcException(RpcStatusCode.NotFound, "nobody waits for this answer");
                await answer.Take(chunk, call.Cancellation);
                if (chunk.End is not null) break;
            }
        }
        finally
        {
            answer?.Complete();
        }

        return new PacketReceipt();
    }

    private void Forget(UInt128 id) => _expected.TryRemove(id, out _);

    /// <summary>The answer to one request, as it comes in.</summary>
    internal sealed class PacketAnswerStream(PacketDesk desk, UInt128 id, long maxBytes) : IDisposable
    {
        private readonly Channel<ReadOnlyMemory<byte>> _chunks = Channel.CreateBounded<ReadOnlyMemory<byte>>(WaitingChunks);
        private readonly CancellationTokenSource _left = new();
        private long _bytes;

        public ChannelReader<ReadOnlyMemory<byte>> Chunks => _chunks.Reader;

        /// <summary>Null until it came.</summary>
        public PacketEnd? End { get; private set; }

        /// <exception cref="RpcException">Nobody wants more.</exception>
        public async ValueTask Take(PacketChunk chunk, CancellationToken cancellation)
        {
            if (chunk.Data.Length > 0)
            {
                _bytes += chunk.Data.Length;
                if (_bytes > maxBytes) throw new RpcException(RpcStatusCode.ResourceExhausted, "that is more than was asked for");
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _left.Token);
                try
                {
                    await _chunks.Writer.WriteAsync(chunk.Data.Memory, either.Token);
                }
                catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                {
                    throw new RpcException(RpcStatusCode.Cancelled, "whoever asked has gone");
                }
            }

            if (chunk.End is not null) End = chunk.End;
        }

        /// <summary>The call is over, well or not.</summary>
        public void Complete() => _chunks.Writer.TryComplete();

        /// <summary>Nobody reads it any more; a probe that sends on is told so.</summary>
        public void Dispose()
        {
            desk.Forget(id);
            _left.Cancel();
        }
    }

    private sealed class Turn(PacketDesk desk, string user) : IDisposable
    {
        public void Dispose() => desk._users.TryRemove(user, out _);
    }
}
