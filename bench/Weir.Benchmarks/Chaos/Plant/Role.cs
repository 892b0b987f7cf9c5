using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Weir.Benchmarks.Soak;
using Weir.EndToEnd.Tests.Support;

namespace Weir.Benchmarks.Chaos.Plant;

internal enum RoleKind
{
    Probe,
    Center,
    Up,
    Sniff,
}

/// <summary>One place where a role of Weir runs: it is started again whenever the chaos ended it. What it does by itself is a breach.</summary>
internal sealed partial class Role(string name, RoleKind kind, ChaosBounds bounds, Breaches breaches) : IAsyncDisposable
{
    private const int AskSeconds = 10;

    /// <summary>Records in the second or so between two looks: several times the steady load of a node.</summary>
    private const int SteadyRecords = 500;

    /// <summary>Of standard error, with a breach: a stack trace and what came before it.</summary>
    private const int ToldCharacters = 3000;

    private readonly SemaphoreSlim _busy = new(1, 1);
    private readonly Lock _gate = new();
    private Child? _child;
    private string? _expected;

    public string Name { get; } = name;

    public RoleKind Kind => kind;

    public required string Weir { get; init; }

    /// <summary>Network namespace; null for that of this process.</summary>
    public string? Node { get; init; }

    /// <summary>Number of the node; -1 without.</summary>
    public int NodeIndex { get; init; } = -1;

    /// <summary>Arguments of the next start, given the number of lives before.</summary>
    public required Func<int, IReadOnlyList<string>> Arguments { get; init; }

    /// <summary>What it says when it has begun.</summary>
    public required string ReadyText { get; init; }

    /// <summary>Address of its counters.</summary>
    public required string Metrics { get; init; }

    /// <summary>Address of the page that answers when it does its work.</summary>
    public required string Health { get; init; }

    public SmallDisk? Disk { get; init; }

    public ShiftedClock? Clock { get; init; }

    public required string Folder { get; init; }

    /// <summary>Never ended before the run is over, so that its memory can be watched all the time.</summary>
    public bool IsSteady { get; init; }

    public List<RoleLife> Lives { get; } = [];

    public RoleLife Life => Lives[^1];

    public int Process => _child?.Id ?? 0;

    public bool Sees => kind is not RoleKind.Center;

    /// <summary>Roles of which only one has a fault at a time: those that share a store, which cannot begin while it is away.</summary>
    public string Group { get; init; } = name;

    public long LongestRecoveryMs { get; private set; }

    public static long NowMs => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>Starts it; null when it answers within the bound, else what it said as it ended.</summary>
    /// <param name="onDamage">Its store is damaged: it may refuse, or run and call itself not ready.</param>
    /// <param name="arguments">Others than usual.</param>
    public async Task<string?> Start(bool onDamage = false, IReadOnlyList<string>? arguments = null)
    {
        var environment = new Dictionary<string, string>(Login.Environment) { ["DOTNET_gcServer"] = "0" };
        foreach (var (key, value) in Clock?.Environment ?? new Dictionary<string, string>()) environment[key] = value;
        IReadOnlyList<string> weir = Weir.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet", Weir] : [Weir];
        IReadOnlyList<string> command = [.. Node is null ? [] : (string[])["ip", "netns", "exec", Node], .. weir, .. arguments ?? Arguments(Lives.Count)];
        _expected = null;
        var clock = Stopwatch.StartNew();
        _child = Child.Start(command[0], command.Skip(1), environment);
        var life = new RoleLife(NowMs, new MemorySamples(_child.Id));
        lock (_gate) Lives.Add(life);
        if (onDamage) _expected = "it may refuse";
        if (await IsReady(clock, onDamage))
        {
            life.ReadyMs = NowMs;
            LongestRecoveryMs = Math.Max(LongestRecoveryMs, clock.ElapsedMilliseconds);
            _expected = null;
            return null;
        }

        if (onDamage && _child.HasExited)
        {
            await End(Ending.GaveUp, life.StartMs);
            return life.Said;
        }

        breaches.Add("restart clean", $"{Name} does not answer {clock.Elapsed.TotalSeconds:0} s after its start: {Tail(_child.Errors)}");
        return null;
    }

    public async Task Kill()
    {
        await Mend();
        await Ask();
        _expected = "killed";
        var end = NowMs;
        _child!.Signal("KILL");
        await End(Ending.Killed, end);
    }

    public async Task Terminate()
    {
        await Mend();
        _expected = "terminated";
        var (clock, end) = (Stopwatch.StartNew(), NowMs);
        _child!.Signal("TERM");
        var code = await End(Ending.Terminated, end);
        if (code != 130) breaches.Add("restart clean", $"{Name} ended a SIGTERM with {code}: {Tail(Life.Said)}");
        if (clock.ElapsedMilliseconds > bounds.EndMs) breaches.Add("restart clean", $"{Name} took {clock.ElapsedMilliseconds} ms to end");
    }

    /// <summary>Starts what ended by itself, so that the run can go on; the breach is told already, or is now.</summary>
    public async Task Mend()
    {
        if (_child is { HasExited: false }) return;
        Watch();
        if (_child is not null) await End(Ending.ByItself, Life.EndMs);
        await Start();
    }

    /// <summary>It may end from now on, because its disk is full.</summary>
    public void MayEnd(bool may) => _expected = may ? "disk" : null;

    /// <summary>It has ended by itself while it was allowed to.</summary>
    public async Task<bool> GaveUp(long sinceMs)
    {
        if (_child is not { HasExited: true }) return false;
        await End(Ending.GaveUp, sinceMs);
        return true;
    }

    public void Signal(string signal) => _child!.Signal(signal);

    /// <summary>What it has said in this life.</summary>
    public string Said => _child?.Errors ?? Life.Said;

    /// <summary>Memory, and whether it still runs. Once a second.</summary>
    public void Watch()
    {
        lock (_gate)
        {
            if (_child is not { } child || Life.Ending != Ending.Running) return;
            Life.Memory.Take();
            if (!child.HasExited || _expected is not null) return;
            (Life.Ending, Life.EndMs) = (Ending.ByItself, NowMs);
            breaches.Add("restart clean", $"{Name} ended by itself: {Tail(child.Errors)}");
        }
    }

    /// <summary>Reads its counters; those of before stay when it does not answer.</summary>
    public async Task Ask()
    {
        if (_child is null or { HasExited: true } || Life.ReadyMs == long.MaxValue) return;
        await _busy.WaitAsync();
        try
        {
            var (life, asked) = (Life, NowMs);
            if (await Get(Metrics) is { } text) life.Take(Read(text), asked);
        }
        finally
        {
            _busy.Release();
        }
    }

    public async Task<bool> IsHealthy() => await Get(Health) is not null;

    /// <summary>Waits until its health page answers again; tells how long that took.</summary>
    public async Task Recover(string after)
    {
        var clock = Stopwatch.StartNew();
        while (!await IsHealthy())
        {
            if (clock.ElapsedMilliseconds > bounds.RestartMs || _child is null or { HasExited: true })
            {
                breaches.Add("restart clean", $"{Name} does not answer {clock.Elapsed.TotalSeconds:0} s after {after}: {Tail(Said)}");
                return;
            }

            await Task.Delay(100);
        }

        LongestRecoveryMs = Math.Max(LongestRecoveryMs, clock.ElapsedMilliseconds);
    }

    /// <summary>
    /// Waits until it has made records of what it captured: for as long as it makes many more in a second than the steady load is. What is in
    /// its memory alone would be lost with it, and the chaos has to know what that may be.
    /// </summary>
    public async Task WorkedOff()
    {
        for (var (clock, before) = (Stopwatch.StartNew(), -1L); clock.ElapsedMilliseconds < bounds.RestartMs;)
        {
            await Ask();
            var captured = Life.Counter("captured");
            if (before >= 0 && captured - before < SteadyRecords) return;
            before = captured;
            await Task.Delay(1000);
        }
    }

    public ValueTask DisposeAsync()
    {
        _child?.Dispose();
        _busy.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> IsReady(Stopwatch clock, bool onDamage)
    {
        while (clock.ElapsedMilliseconds < bounds.RestartMs && !_child!.HasExited)
        {
            if (_child.Errors.Contains(ReadyText, StringComparison.Ordinal) && (onDamage || await IsHealthy())) return true;
            await Task.Delay(50);
        }

        return false;
    }

    private async Task<int> End(Ending ending, long endMs)
    {
        var life = Life;
        var code = -1;
        try
        {
            (code, _, life.Said) = await _child!.Finish(TimeSpan.FromMilliseconds(2 * bounds.EndMs));
        }
        catch (TimeoutException slow)
        {
            breaches.Add("restart clean", slow.Message);
            life.Said = _child!.Errors;
        }

        (life.Ending, life.EndMs) = (ending, endMs);
        if (ending is Ending.Terminated or Ending.GaveUp) life.Take(Summary(life), NowMs);
        lock (_gate)
        {
            _child!.Dispose();
            _child = null;
        }

        return code;
    }

    /// <summary>The last words of a role: its ledger, complete.</summary>
    private static Dictionary<string, long> Summary(RoleLife life)
    {
        var counters = life.Counters.ToDictionary();
        foreach (var reason in SummaryLoss().Matches(life.Said).GroupBy(static match => match.Groups[1].Value))
            counters[reason.Key] = reason.Sum(static match => Number(match.Groups[2].Value));
        if (SummaryDelivered().Match(life.Said) is { Success: true } delivered) counters["delivered"] = Number(delivered.Groups[1].Value);
        if (SummaryCalls().Match(life.Said) is { Success: true } calls) counters["captured"] = Number(calls.Groups[1].Value);
        return counters;
    }

    /// <summary>Sums of the loss ledger by reason, and what an output was acknowledged.</summary>
    private static Dictionary<string, long> Read(string metrics)
    {
        var counters = new Dictionary<string, long>();
        foreach (Match match in LossMetric().Matches(metrics))
            counters[match.Groups[1].Value] = counters.GetValueOrDefault(match.Groups[1].Value) + Number(match.Groups[2].Value);
        if (DeliveredMetric().Match(metrics) is { Success: true } delivered) counters["delivered"] = Number(delivered.Groups[1].Value);
        if (CapturedMetric().Match(metrics) is { Success: true } captured) counters["captured"] = Number(captured.Groups[1].Value);
        return counters;
    }

    private async Task<string?> Get(string address)
    {
        string[] curl = ["curl", "-sf", "--max-time", AskSeconds.ToString(CultureInfo.InvariantCulture), address];
        string[] command = Node is null ? curl : ["ip", "netns", "exec", Node, .. curl];
        using var child = Child.Start(command[0], command.Skip(1));
        var (code, text, _) = await child.Finish(TimeSpan.FromSeconds(3 * AskSeconds));
        return code == 0 ? text : null;
    }

    private static string Tail(string said) => said.Length <= ToldCharacters ? said : "…" + said[^ToldCharacters..];

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^weir:   (\w+) ([\d,]+)", RegexOptions.Multiline)]
    private static partial Regex SummaryLoss();

    [GeneratedRegex(@"^weir: ([\d,]+) calls delivered", RegexOptions.Multiline)]
    private static partial Regex SummaryDelivered();

    [GeneratedRegex(@"^weir: ([\d,]+)(?: of [\d,]+)? calls from", RegexOptions.Multiline)]
    private static partial Regex SummaryCalls();

    [GeneratedRegex("""^weir_loss_units_total\{[^}]*reason="(\w+)"[^}]*\} (\d+)""", RegexOptions.Multiline)]
    private static partial Regex LossMetric();

    [GeneratedRegex(@"^weir_output_delivered_total\{[^}]*\} (\d+)", RegexOptions.Multiline)]
    private static partial Regex DeliveredMetric();

    [GeneratedRegex(@"^weir_capture_exchanges_total(?:\{[^}]*\})? (\d+)", RegexOptions.Multiline)]
    private static partial Regex CapturedMetric();
}
