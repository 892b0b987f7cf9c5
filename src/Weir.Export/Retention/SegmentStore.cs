using Weir.Packets;

namespace Weir.Export.Retention;

/// <summary>
/// The segments of a folder within a budget of bytes and age, the oldest deleted first. Used by the writer's thread alone, but for what it
/// tells of itself.
/// </summary>
internal sealed class SegmentStore(RetentionOptions options, TunnelOptions tunnels, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_longestOpen = TimeSpan.FromHours(1);

    private readonly Queue<Finished> _finished = new();
    private readonly FlowBits _flows = FlowBits.ForSegment(options.SegmentBytes);
    private SegmentWriter? _open;
    private long _number;
    private long _finishedBytes;
    private RetentionState _state = new(0, options.BudgetBytes, 0, 0, 0, 0);

    public RetentionState State => Volatile.Read(ref _state);

    /// <summary>Takes over what is there: torn segments are made whole, and what is beyond the budget is deleted.</summary>
    /// <exception cref="IOException">The folder can't be read or written.</exception>
    public void Recover()
    {
        foreach (var unfinished in new DirectoryInfo(options.Directory).EnumerateFiles("packets-*.tmp")) unfinished.Delete();
        var files = RetentionFolder.List(options.Directory);
        if (files.Count > 0) _number = files[^1].Number + 1;
        foreach (var file in files)
        {
            try
            {
                if ((SegmentIndex.Read(file.IndexPath, new FileInfo(file.Path).Length) ?? MakeWhole(file)) is { } index) Add(file, index);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                options.Tell($"{Path.GetFileName(file.Path)} is left aside: {failure.Message}");
            }
        }

        MakeRoom(0);
        Tell();
    }

    /// <exception cref="IOException">The disk takes no more; what was written before is whole.</exception>
    public void Write(KeptBatch batch, IReadOnlyList<byte[]> interfaces)
    {
        if (_open is { IsEmpty: false } full && full.Length + batch.Data.Length > options.SegmentBytes) Finish();
        // Room for the batch, a section's beginning, and the index that follows one day.
        MakeRoom(batch.Data.Length + _flows.Bytes + (64 << 10));
        if (_open is null)
        {
            Directory.CreateDirectory(options.Directory);
            _flows.Clear();
            var number = _number++;
            _open = new SegmentWriter(new SegmentFile(number, RetentionFolder.PathOf(options.Directory, number, batch.FirstNs)), _flows, time.GetTimestamp());
        }

        try
        {
            _open.Write(batch, interfaces);
        }
        catch (IOException)
        {
            // What is in it is whole, or is made so when it is taken over; nothing is written behind what is not.
            Close();
            throw;
        }

        Tell();
    }

    /// <summary>Deletes what is too old, and finishes a segment that has been open for long, so that it can get old.</summary>
    /// <exception cref="IOException">Something could not be deleted or written.</exception>
    public void Age()
    {
        if (_open is { } open && time.GetElapsedTime(open.OpenedAt) > Min(options.Age / 8, s_longestOpen)) Finish();
        var before = (time.GetUtcNow() - options.Age - DateTimeOffset.UnixEpoch).Ticks * 100;
        while (_finished.TryPeek(out var oldest) && oldest.LastNs < before) DeleteOldest();
        Tell();
    }

    /// <summary>No more is written to the open segment.</summary>
    /// <exception cref="IOException">Its index could not be written; it is read without.</exception>
    public void Finish()
    {
        if (Close() is not { } closed) return;
        SegmentFiles.WriteIndex(closed.File, closed.Index);
    }

    public void Dispose() => _open?.Dispose();

    /// <summary>Null when there was nothing in it, and it was deleted.</summary>
    private (SegmentFile File, SegmentIndex Index)? Close()
    {
        if (_open is not { } open) return null;
        _open = null;
        var index = open.Close();
        if (open.IsEmpty) SegmentFiles.Delete(open.File);
        else Add(open.File, index);
        Tell();
        return open.IsEmpty ? null : (open.File, index);
    }

    private SegmentIndex? MakeWhole(SegmentFile file)
    {
        var index = SegmentFiles.Recover(file, tunnels, out var cut);
        if (cut > 0) options.Tell($"{Path.GetFileName(file.Path)} was not finished: {cut} bytes of a torn packet were cut off");
        return index;
    }

    private void Add(SegmentFile file, SegmentIndex index)
    {
        // Counted with its index, whether that could be written or not.
        var bytes = index.SegmentBytes + index.Flows.Bytes;
        _finished.Enqueue(new Finished(file, bytes, index.FirstNs, index.LastNs, index.Frames));
        _finishedBytes += bytes;
    }

    private void MakeRoom(long bytes)
    {
        while (_finishedBytes + (_open?.Length ?? 0) + bytes > options.BudgetBytes && _finished.Count > 0) DeleteOldest();
    }

    private void DeleteOldest()
    {
        SegmentFiles.Delete(_finished.Peek().File);
        _finishedBytes -= _finished.Dequeue().Bytes;
        Tell();
    }

    private void Tell()
    {
        var oldest = _open?.FirstNs ?? long.MaxValue;
        var frames = _open?.Frames ?? 0;
        foreach (var one in _finished)
        {
            oldest = Math.Min(oldest, one.FirstNs);
            frames += one.Frames;
        }

        var segments = _finished.Count + (_open is null ? 0 : 1);
        Volatile.Write(ref _state, new RetentionState(
            _finishedBytes + (_open?.Length ?? 0), options.BudgetBytes, segments, frames, segments == 0 || oldest == long.MaxValue ? 0 : oldest, 0));
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private sealed record Finished(SegmentFile File, long Bytes, long FirstNs, long LastNs, long Frames);
}
