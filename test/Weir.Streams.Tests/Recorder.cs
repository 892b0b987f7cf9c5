using Weir.Streams;

namespace Weir.Streams.Tests;

/// <summary>Remembers what the handlers of all connections were told; a gap of n bytes becomes n times <see cref="Missing"/>.</summary>
internal sealed class Recorder : IStreamHandlerFactory
{
    public const int Missing = -1;

    public List<Recording> All { get; } = [];

    public Recording Only => Assert.Single(All);

    public bool Wanted { get; set; } = true;

    public IStreamHandler? Open(Connection connection)
    {
        if (!Wanted) return null;
        var recording = new Recording(connection);
        All.Add(recording);
        return recording;
    }
}

internal sealed class Recording(Connection connection) : IStreamHandler
{
    private readonly List<int>[] _bytes = [[], []];
    private readonly StreamEnd?[] _ends = new StreamEnd?[2];

    public Connection Connection { get; } = connection;

    public List<string> Log { get; } = [];

    public List<long> Gaps { get; } = [];

    public List<long> ChunkTimes { get; } = [];

    public string Initiator => Text(Direction.FromInitiator);

    public string Responder => Text(Direction.FromResponder);

    public StreamEnd? InitiatorEnd => _ends[0];

    public StreamEnd? ResponderEnd => _ends[1];

    public IReadOnlyList<int> Bytes(Direction direction) => _bytes[(int)direction];

    public void OnChunk(Direction direction, ReadOnlySpan<byte> bytes, long timestampNs)
    {
        Assert.Null(_ends[(int)direction]);
        Assert.False(bytes.IsEmpty);
        foreach (var b in bytes) _bytes[(int)direction].Add(b);
        ChunkTimes.Add(timestampNs);
        Log.Add($"{(direction == Direction.FromInitiator ? '>' : '<')}{bytes.Length}");
    }

    public void OnGap(Direction direction, long length, long timestampNs)
    {
        Assert.Null(_ends[(int)direction]);
        Assert.True(length > 0);
        Gaps.Add(length);
        if (length < 10_000_000) _bytes[(int)direction].AddRange(Enumerable.Repeat(Recorder.Missing, (int)length));
        Log.Add($"{(direction == Direction.FromInitiator ? '>' : '<')}gap{length}");
    }

    public void OnEnd(Direction direction, StreamEnd reason, long timestampNs)
    {
        Assert.Null(_ends[(int)direction]);
        _ends[(int)direction] = reason;
        Log.Add($"{(direction == Direction.FromInitiator ? '>' : '<')}{reason}");
    }

    private string Text(Direction direction) =>
        string.Concat(Bytes(direction).Select(b => b == Recorder.Missing ? '_' : (char)b));
}
