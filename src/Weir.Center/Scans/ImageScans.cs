using System.Globalization;
using System.Threading.Channels;
using Weir.Manifests.Images;
using Weir.Manifests.Reports;
using Weir.Storage;
using Weir.Storage.Scans;

namespace Weir.Center.Scans;

/// <summary>How a scan ended.</summary>
/// <param name="Record">As it is stored.</param>
/// <param name="Scan">With what Trivy wrote; null when the center stopped before it ended.</param>
internal sealed record FinishedScan(ScanRecord Record, ImageScan? Scan);

/// <summary>Scans images one after the other, and stores what was found. Thread-safe.</summary>
internal sealed class ImageScans : IDisposable
{
    public const string Running = "running";
    public const string Done = "done";
    public const string Failed = "failed";

    private readonly Lock _lock = new();
    private readonly ScanLimits _limits;
    private readonly ScanStore _store;
    private readonly TimeProvider _time;
    private readonly Action<string> _tell;
    private readonly ImageScanner _scanner;
    private readonly Channel<Job> _queue = Channel.CreateUnbounded<Job>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<string> _unfinished = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _asking = new(1);
    private (ImageScannerStatus Status, long At)? _status;
    private long _lastMs;
    private Task _work = Task.CompletedTask;

    /// <exception cref="StoreException">The store can't be opened.</exception>
    public ImageScans(ScanOptions options, string directory, TimeProvider time, Action<string> tell)
    {
        (_limits, _time, _tell) = (options.Limits, time, tell);
        _store = new ScanStore(Path.Combine(directory, "scans.db"));
        _scanner = new ImageScanner(options.Scanner);
    }

    /// <summary>Newest first.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public IReadOnlyList<ScanRecord> All => _store.Load();

    /// <exception cref="StoreException">The store can't be read or written.</exception>
    public void Start()
    {
        foreach (var scan in _store.Load())
        {
            _lastMs = Math.Max(_lastMs, long.Parse(scan.Id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            // Whoever ran it is gone.
            if (scan.State == Running) _store.Save(Ended(scan, "stopped", "the center stopped before the scan ended"), _limits.MaxScans);
        }

        _work = Task.Run(Work);
    }

    /// <summary>Asks for a scan.</summary>
    /// <param name="image">Has passed <see cref="ImageScanner.IsName"/>.</param>
    /// <param name="by">Who asks.</param>
    /// <returns>The scan, and its end; null when so many wait that another one would wait for too long.</returns>
    /// <exception cref="StoreException">It can't be written down.</exception>
    public (ScanRecord Record, Task<FinishedScan> End)? Begin(string image, string by)
    {
        lock (_lock)
        {
            if (_unfinished.Count >= _limits.MaxWaiting || _stop.IsCancellationRequested) return null;
            var nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
            _lastMs = Math.Max(_lastMs + 1, nowMs);
            var record = new ScanRecord(_lastMs.ToString("x12", CultureInfo.InvariantCulture), image, by, nowMs, null, Running, null, null, null);
            _store.Save(record, _limits.MaxScans);
            var job = new Job(record);
            _unfinished.Add(record.Id);
            _queue.Writer.TryWrite(job);
            return (record, job.End.Task);
        }
    }

    /// <summary>Scans that are made before this one; 0 for the one that is made now, null for one that is over.</summary>
    public int? Ahead(string id)
    {
        lock (_lock) return _unfinished.IndexOf(id) is >= 0 and var place ? place : null;
    }

    /// <summary>What a scan found, as <see cref="ImageJson"/> writes it; null without.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public byte[]? Report(string id) => _store.LoadReport(id);

    /// <summary>Whether images can be scanned, as of some seconds ago.</summary>
    public async Task<ImageScannerStatus> StatusAsync(CancellationToken cancellation)
    {
        await _asking.WaitAsync(cancellation);
        try
        {
            if (_status is { } known && _time.GetElapsedTime(known.At) < _limits.StatusAge) return known.Status;
            var status = await _scanner.Status(cancellation);
            _status = (status, _time.GetTimestamp());
            return status;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Ends Trivy. What waits is said to have failed.</summary>
    public async Task Stop()
    {
        await _stop.CancelAsync();
        lock (_lock) _queue.Writer.TryComplete();
        await _work;
    }

    public void Dispose()
    {
        _scanner.Dispose();
        _store.Dispose();
        _asking.Dispose();
        _stop.Dispose();
    }

    private async Task Work()
    {
        await foreach (var job in _queue.Reader.ReadAllAsync())
        {
            try
            {
                job.End.SetResult(await MakeAsync(job.Record));
            }
            catch (StoreException e)
            {
                // Whoever waits is told, and so is the operator; the next start says of it that it did not end.
                _tell($"the scan of {job.Record.Image} could not be stored: {e.Message}");
                job.End.SetException(e);
                _ = job.End.Task.Exception;
            }
            finally
            {
                lock (_lock) _unfinished.Remove(job.Record.Id);
            }
        }
    }

    private async Task<FinishedScan> MakeAsync(ScanRecord record)
    {
        ImageScan? scan = null;
        ScanRecord ended;
        try
        {
            _stop.Token.ThrowIfCancellationRequested();
            scan = await _scanner.Scan(record.Image, _stop.Token);
            if (scan.Report is { } report)
            {
                using var document = new MemoryStream();
                ImageJson.Write(report, ImageSeverity.Unknown, document);
                _store.SaveReport(record.Id, document.GetBuffer().AsSpan(0, (int)document.Length));
                ended = record with { FinishedMs = Now(), State = Done, Counts = [.. ImageJson.Severities.Select(report.Count)] };
            }
            else
            {
                ended = Ended(record, WordOf(scan.Failure), scan.Message);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            ended = Ended(record, "stopped", "the center stopped before the scan ended");
        }
        catch (IOException e)
        {
            ended = Ended(record, WordOf(ScanFailure.Other), e.Message);
        }

        _store.Save(ended, _limits.MaxScans);
        return new FinishedScan(ended, scan);
    }

    private ScanRecord Ended(ScanRecord scan, string failure, string error) => scan with { FinishedMs = Now(), State = Failed, Failure = failure, Error = error };

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private static string WordOf(ScanFailure failure) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.ToString());

    private sealed record Job(ScanRecord Record)
    {
        public TaskCompletionSource<FinishedScan> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
