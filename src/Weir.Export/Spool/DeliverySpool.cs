using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Weir.Records;

namespace Weir.Export.Spool;

/// <summary>
/// Batches between capture and server, oldest first, on disk: what is in it survives the end of this process, also by kill -9,
/// and is sent by the next one for the same destination. Bounded in bytes and age; what has to go is counted. While the disk
/// refuses, batches stay in memory, bounded too. Any thread appends, any number take.
/// </summary>
/// <remarks>
/// A batch may be bound to the receiver that it was sent to and that may have it, though it never said so: others are not given it.
/// The bond is part of the file's name, <c>BATCH-RECEIVER.MESSAGES.batch</c>, and so is the number of messages: it is known of a file that
/// cannot be read. Ages are measured by a clock that does not jump; the wall clock says only how old is what an earlier process left.
/// </remarks>
internal sealed class DeliverySpool : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Entry> _entries = [];
    private readonly SpoolDirectory _directory;
    private readonly SpoolLimits _limits;
    private readonly TimeProvider _time;
    private readonly Action<string> _tell;
    private readonly TimeSpan _bondAge;
    private long _bytes;
    private long _memoryBytes;
    private long _messages;
    private long _droppedFull;
    private long _droppedExpired;
    private long _damaged;
    private long _lostTraffic;
    private bool _diskRefuses;

    /// <param name="directory">Owned.</param>
    /// <param name="limits">What may wait.</param>
    /// <param name="time">Clock.</param>
    /// <param name="tell">Takes what the user should know.</param>
    /// <param name="bondAge">How long a batch waits for the receiver it is bound to, before any may have it; null waits to the end.</param>
    /// <exception cref="OutputException">The directory cannot be used.</exception>
    public DeliverySpool(SpoolDirectory directory, SpoolLimits limits, TimeProvider time, Action<string> tell, TimeSpan? bondAge = null)
    {
        (_directory, _limits, _time, _tell, _bondAge) = (directory, limits, time, tell, bondAge ?? Timeout.InfiniteTimeSpan);
        Load();
    }

    public string Path => _directory.Path;

    /// <summary>Messages that wait.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>Bytes that wait, on disk or in memory.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _bytes;
        }
    }

    public bool IsEmpty => Messages == 0 && _entries.Count == 0;

    /// <summary>Messages that had to make room for newer ones.</summary>
    public long DroppedFull => Interlocked.Read(ref _droppedFull);

    public long DroppedExpired => Interlocked.Read(ref _droppedExpired);

    /// <summary>Messages of segments that could not be read back.</summary>
    public long Damaged => Interlocked.Read(ref _damaged);

    /// <summary>Batches of counters that were lost, for whatever reason: they hold no messages.</summary>
    public long LostTraffic => Interlocked.Read(ref _lostTraffic);

    /// <summary>Takes a batch. When there is no room, the oldest go, or, without <paramref name="mayDrop"/>, it is refused (false).</summary>
    public bool TryAppend(SpoolBatch batch, bool mayDrop)
    {
        var size = SpoolSegment.HeaderBytes + batch.Payload.Length;
        lock (_gate)
        {
            if (_bytes + size > _limits.MaxBytes && !mayDrop && _entries.Count > 0) return false;
            while (_bytes + size > _limits.MaxBytes && OldestAtRest() is { } oldest) Drop(oldest, ref _droppedFull);
            if (_bytes + size > _limits.MaxBytes)
            {
                LoseNew(batch);
                return true;
            }
        }

        // Outside the lock: the disk may take its time, and the sender goes on meanwhile.
        var entry = new Entry(batch.Id, size, batch.Messages, batch.IsTraffic) { Since = _time.GetTimestamp() };
        var inMemory = !TryWrite(batch, Name(entry));
        if (inMemory) entry.InMemory = batch;
        lock (_gate)
        {
            if (inMemory)
            {
                _memoryBytes += size;
                while (_memoryBytes > _limits.MaxMemoryBytes && OldestAtRest(inMemoryOnly: true) is { } oldest) Drop(oldest, ref _droppedFull);
                if (_memoryBytes > _limits.MaxMemoryBytes)
                {
                    _memoryBytes -= size;
                    LoseNew(batch);
                    return true;
                }
            }

            _entries.AddLast(entry);
            _bytes += size;
            _messages += batch.Messages;
        }

        if (!inMemory) Settle();
        return true;
    }

    /// <summary>
    /// Takes a batch only when the disk has it, so that what is promised by this outlives the process. False without room, or when the disk
    /// refuses; true also of a batch that waits already, which is not taken twice.
    /// </summary>
    public bool TryStore(SpoolBatch batch)
    {
        var size = SpoolSegment.HeaderBytes + batch.Payload.Length;
        lock (_gate)
        {
            if (_entries.Any(waiting => waiting.Id == batch.Id)) return true;
            DropExpired();
            if (_bytes + size > _limits.MaxBytes) return false;
        }

        var entry = new Entry(batch.Id, size, batch.Messages, batch.IsTraffic) { Since = _time.GetTimestamp() };
        if (!TryWrite(batch, Name(entry))) return false;
        lock (_gate)
        {
            _entries.AddLast(entry);
            _bytes += size;
            _messages += batch.Messages;
        }

        return true;
    }

    /// <summary>
    /// The oldest batch that nobody else has taken and that this receiver may have; it stays until <see cref="Remove"/>. False when
    /// there is none.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="receiver">Who asks.</param>
    /// <param name="traffic">It takes counters of bytes too.</param>
    public bool TryTake([NotNullWhen(true)] out SpoolBatch? batch, UInt128? receiver = null, bool traffic = true)
    {
        while (true)
        {
            Entry entry;
            lock (_gate)
            {
                DropExpired();
                batch = null;
                if (_entries.FirstOrDefault(one => !one.InFlight && (traffic || !one.IsTraffic) && MayHave(one, receiver)) is not { } oldest) return false;
                entry = oldest;
                entry.InFlight = true;
            }

            batch = entry.InMemory ?? TryRead(entry);
            if (batch is not null) return true;
            lock (_gate) Drop(entry, ref _damaged);
        }
    }

    /// <summary>From now on only this receiver may have the batch, also in a later process.</summary>
    public void Bind(SpoolBatch batch, UInt128 receiver)
    {
        lock (_gate)
        {
            if (_entries.FirstOrDefault(entry => entry.Id == batch.Id) is not { } entry) return;
            var before = Name(entry);
            entry.BoundAt = _time.GetTimestamp();
            if (entry.Receiver == receiver) return;
            (entry.Receiver, entry.FileName) = (receiver, null);
            if (entry.InMemory is not null) return;
            try
            {
                _directory.Rename(before, Name(entry));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Known here all the same; a later process may send it to another receiver.
                entry.FileName = before;
                _tell($"cannot rename {before} in {Path}: {failure.Message}");
            }
        }
    }

    /// <summary>The batch was delivered, or given up by whoever counts its messages.</summary>
    public void Remove(SpoolBatch batch)
    {
        lock (_gate)
        {
            if (_entries.FirstOrDefault(entry => entry.Id == batch.Id) is not { } entry) return;
            var ignored = 0L;
            Drop(entry, ref ignored, isLoss: false);
        }
    }

    /// <summary>A batch that is not sent now may be dropped for a newer one, or for its age.</summary>
    public void Rest(SpoolBatch batch)
    {
        lock (_gate)
        {
            if (_entries.FirstOrDefault(entry => entry.Id == batch.Id) is { } entry) entry.InFlight = false;
        }
    }

    /// <summary>As <see cref="Rest"/>, and all others come before it: one that fails does not hold them up. Its age stays.</summary>
    public void Postpone(SpoolBatch batch)
    {
        lock (_gate)
        {
            if (_entries.FirstOrDefault(entry => entry.Id == batch.Id) is not { } entry) return;
            entry.InFlight = false;
            _entries.Remove(entry);
            _entries.AddLast(entry);
        }
    }

    /// <summary>Tries once more to put on disk what is in memory only.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var entry in _entries)
            {
                if (entry.InMemory is null || TryWrite(entry.InMemory, Name(entry))) continue;
                LoseNew(entry.InMemory);
                _messages -= entry.Messages;
            }
        }

        _directory.Dispose();
    }

    private static string Name(Entry entry) => entry.FileName ?? string.Create(
        CultureInfo.InvariantCulture, $"{entry.Id}{(entry.Receiver is { } receiver ? $"-{receiver:x32}" : "")}.{entry.Messages}.batch");

    private bool MayHave(Entry entry, UInt128? receiver) =>
        entry.Receiver is null || entry.Receiver == receiver || (_bondAge >= TimeSpan.Zero && _time.GetElapsedTime(entry.BoundAt) > _bondAge);

    /// <param name="fileName">Of an earlier process.</param>
    /// <param name="id">The batch.</param>
    /// <param name="receiver">Who alone may have it; null for anybody.</param>
    /// <param name="messages">Null where an earlier version did not say so.</param>
    private static bool TryParse(string fileName, out ExchangeId id, out UInt128? receiver, out int? messages)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(fileName);
        (receiver, messages) = (null, null);
        var point = name.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            id = default;
            if (!int.TryParse(name.AsSpan(point + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return false;
            (messages, name) = (count, name[..point]);
        }

        if (name.Length > ExchangeId.TextLength)
        {
            id = default;
            if (name[ExchangeId.TextLength] != '-') return false;
            if (!UInt128.TryParse(name.AsSpan(ExchangeId.TextLength + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bound)) return false;
            receiver = bound;
            name = name[..ExchangeId.TextLength];
        }

        return ExchangeId.TryParse(name, out id);
    }

    private void Load()
    {
        var header = new byte[SpoolSegment.HeaderBytes];
        var (now, nowMs) = (_time.GetTimestamp(), _time.GetUtcNow().ToUnixTimeMilliseconds());
        foreach (var file in _directory.Segments())
        {
            if (!TryParse(file.Name, out var id, out var receiver, out var told)) continue;
            Array.Clear(header);
            using (var stream = file.OpenRead()) stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            var messages = told ?? SpoolSegment.PeekMessages(header);
            var entry = new Entry(id, file.Length, messages, SpoolSegment.PeekTraffic(header) || told == 0) { Receiver = receiver, BoundAt = now, Since = now, FileName = file.Name };
            entry.Before = TimeSpan.FromMilliseconds(Math.Max(0, nowMs - entry.CreatedMs));
            _entries.AddLast(entry);
            _bytes += file.Length;
            _messages += messages;
        }

        while (_bytes > _limits.MaxBytes && OldestAtRest() is { } oldest) Drop(oldest, ref _droppedFull);
    }

    private void DropExpired()
    {
        while (OldestAtRest() is { } oldest && oldest.Before + _time.GetElapsedTime(oldest.Since) > _limits.MaxAge) Drop(oldest, ref _droppedExpired);
    }

    private Entry? OldestAtRest(bool inMemoryOnly = false) =>
        _entries.FirstOrDefault(entry => !entry.InFlight && (!inMemoryOnly || entry.InMemory is not null));

    /// <summary>A batch that found no room at all.</summary>
    private void LoseNew(SpoolBatch batch)
    {
        _droppedFull += batch.Messages;
        if (batch.IsTraffic) _lostTraffic++;
    }

    private void Drop(Entry entry, ref long counter, bool isLoss = true)
    {
        if (!_entries.Remove(entry)) return;
        counter += entry.Messages;
        if (isLoss && entry.IsTraffic) _lostTraffic++;
        _messages -= entry.Messages;
        _bytes -= entry.Bytes;
        if (entry.InMemory is not null)
        {
            _memoryBytes -= entry.Bytes;
            return;
        }

        try
        {
            _directory.Delete(Name(entry));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Sent again by the next process: the receiver knows the batch by its id.
            _tell($"cannot delete {Name(entry)} in {Path}: {failure.Message}");
        }
    }

    /// <summary>The disk takes again: what had to stay in memory goes there too, so that the end of this process does not take it along.</summary>
    private void Settle()
    {
        while (true)
        {
            Entry entry;
            SpoolBatch batch;
            lock (_gate)
            {
                if (_memoryBytes == 0 || OldestAtRest(inMemoryOnly: true) is not { InMemory: { } kept } oldest) return;
                (entry, batch, oldest.InFlight) = (oldest, kept, true);
            }

            var written = TryWrite(batch, Name(entry));
            lock (_gate)
            {
                entry.InFlight = false;
                if (!written) return;
                entry.InMemory = null;
                _memoryBytes -= entry.Bytes;
            }
        }
    }

    private bool TryWrite(SpoolBatch batch, string name)
    {
        try
        {
            _directory.Write(name, SpoolSegment.Encode(batch));
            _diskRefuses = false;
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!_diskRefuses) _tell($"cannot write to {Path}, so undelivered messages stay in memory: {failure.Message}");
            _diskRefuses = true;
            return false;
        }
    }

    private SpoolBatch? TryRead(Entry entry)
    {
        try
        {
            if (SpoolSegment.TryDecode(_directory.Read(Name(entry)), out var batch)) return batch;
            _tell($"{Name(entry)} in {Path} is damaged and left out");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _tell($"cannot read {Name(entry)} in {Path}: {failure.Message}");
        }

        return null;
    }

    private sealed record Entry(ExchangeId Id, long Bytes, int Messages, bool IsTraffic)
    {
        public bool InFlight { get; set; }

        public SpoolBatch? InMemory { get; set; }

        /// <summary>Who alone may have it; null for anybody.</summary>
        public UInt128? Receiver { get; set; }

        /// <summary>Timestamp.</summary>
        public long BoundAt { get; set; }

        /// <summary>Timestamp from which on it waits here.</summary>
        public long Since { get; init; }

        /// <summary>How long it had waited then.</summary>
        public TimeSpan Before { get; set; }

        /// <summary>Its file, where that has another name than it should.</summary>
        public string? FileName { get; set; }

        /// <summary>The first 48 bits of a ULID.</summary>
        public long CreatedMs => (long)(ulong)(Id.Value >> 80);
    }
}
