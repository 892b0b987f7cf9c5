using System.Runtime.InteropServices;

namespace Weir.Cli.Configuration;

/// <summary>
/// Reads a configuration again at SIGHUP and when its files have changed, also those it names. What is wrong with the new one is told
/// and the old one stays. Files are looked at now and then: mounted ones change in ways that notifications miss.
/// </summary>
/// <param name="read">Reads everything: the settings with their values, and what applies them.</param>
/// <param name="first">What <paramref name="read"/> gave at the start.</param>
/// <param name="live">Keys, or sections with a dot at their end, that <paramref name="read"/>'s second result applies at once.</param>
internal sealed class ConfigurationWatch(Func<(YamlSettings Settings, Action Apply)> read, YamlSettings first, IReadOnlyList<string> live) : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _now = new(0, 1);
    private SortedDictionary<string, string> _last = first.Seen;
    private string? _lastTrouble;
    private Task? _task;
    private PosixSignalRegistration? _hangUp;

    public void Start()
    {
        if (!OperatingSystem.IsWindows()) _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangUp);
        _task = Task.Run(Run);
    }

    public void Dispose()
    {
        _hangUp?.Dispose();
        _stop.Cancel();
        _task?.Wait();
        _stop.Dispose();
        _now.Dispose();
    }

    private void OnHangUp(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_now.CurrentCount == 0) _now.Release();
    }

    private async Task Run()
    {
        try
        {
            while (true)
            {
                var asked = await _now.WaitAsync(s_interval, _stop.Token);
                Look(asked);
            }
        }
        catch (OperationCanceledException)
        {
            // The command ends.
        }
    }

    private void Look(bool asked)
    {
        try
        {
            var (settings, apply) = read();
            _lastTrouble = null;
            var changed = settings.Seen.Keys.Union(_last.Keys)
                .Where(key => settings.Seen.GetValueOrDefault(key) != _last.GetValueOrDefault(key)).ToList();
            _last = settings.Seen;
            if (changed.Count == 0)
            {
                if (asked) Notice.Tell("the configuration is as it was");
                return;
            }

            var (now, later) = (changed.FindAll(IsLive), changed.FindAll(key => !IsLive(key)));
            if (now.Count > 0)
            {
                apply();
                Notice.Tell($"the configuration has changed: {string.Join(", ", now)}");
            }

            if (later.Count > 0) Notice.Tell($"the configuration has changed, which a restart will apply: {string.Join(", ", later)}");
        }
        catch (UsageException trouble)
        {
            // Said once while it stays the same; somebody may be writing the file.
            if (asked || trouble.Message != _lastTrouble) Notice.Tell($"the changed configuration is not taken: {trouble.Message}");
            _lastTrouble = trouble.Message;
        }
    }

    private bool IsLive(string key) => live.Any(one => one.EndsWith('.') ? key.StartsWith(one, StringComparison.Ordinal) : key == one);
}
