using Weir.Streams;

namespace Weir.Protocols.Http2;

/// <summary>The open streams of a connection by id, and in the order of their last activity.</summary>
internal sealed class Http2StreamTable
{
    /// <summary>Streams that ended early are remembered for as many further ones: their frames may still be under way.</summary>
    private const int Remembered = 128;

    private readonly Dictionary<int, Http2Stream> _streams = [];
    private readonly Chain<Http2Stream> _activity = new();
    private readonly int[] _abandoned = new int[Remembered];
    private int _nextAbandoned;

    public int Count => _streams.Count;

    /// <summary>The stream that was silent longest.</summary>
    public Http2Stream? Oldest => _activity.First;

    public Http2Stream? Find(int id) => _streams.GetValueOrDefault(id);

    public void Add(Http2Stream stream)
    {
        _streams.Add(stream.Id, stream);
        _activity.Append(stream.Activity);
    }

    public void Remove(Http2Stream stream)
    {
        _streams.Remove(stream.Id);
        _activity.Remove(stream.Activity);
    }

    public void Touch(Http2Stream stream, long ns)
    {
        stream.LastNs = ns;
        _activity.MoveToEnd(stream.Activity);
    }

    public void Abandon(int id)
    {
        _abandoned[_nextAbandoned] = id;
        _nextAbandoned = (_nextAbandoned + 1) % Remembered;
    }

    public bool IsAbandoned(int id) => _abandoned.AsSpan().Contains(id);

    /// <summary>Forgets what is remembered; the table must be empty.</summary>
    public void Clear() => _abandoned.AsSpan().Clear();
}
