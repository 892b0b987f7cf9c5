using System.Collections.Concurrent;
using System.Globalization;
using Weir.Benchmarks.Chaos.Plant;
using Weir.EndToEnd.Tests.Support;

namespace Weir.Benchmarks.Chaos.Faults;

/// <summary>
/// Draws faults and roles from a bag without replacement, again and again, so that all come; several may be under way, never two at
/// one role.
/// </summary>
internal sealed class FaultSchedule(ChaosPlant plant, ChaosScale scale, Breaches breaches, IReadOnlyList<Fault> faults, TextWriter output)
{
    private readonly Random _random = new(scale.Seed);
    private readonly List<(Fault Fault, Role Role)> _bag = [];
    private readonly List<Task> _running = [];
    private readonly Dictionary<string, int> _happened = [];
    private readonly ConcurrentDictionary<string, long> _busyUntilMs = new();

    /// <summary>How often each has happened.</summary>
    public IReadOnlyDictionary<string, int> Happened => _happened;

    /// <summary>Until the time is over; in a short run until each fault was there once.</summary>
    public async Task Run(CancellationToken stop)
    {
        var end = DateTime.UtcNow + scale.Duration;
        Refill();
        while (DateTime.UtcNow < end && !stop.IsCancellationRequested && plant.LoadsRun && !(scale.IsShort && _bag.Count == 0))
        {
            if (_bag.Count == 0) Refill();
            var place = _bag.FindIndex(one => _busyUntilMs.GetValueOrDefault(one.Role.Group) < Role.NowMs);
            if (place < 0)
            {
                await Task.Delay(100, CancellationToken.None);
                continue;
            }

            var (fault, role) = _bag[place];
            _bag.RemoveAt(place);
            _busyUntilMs[role.Group] = long.MaxValue;
            _running.RemoveAll(static task => task.IsCompletedSuccessfully);
            _running.Add(Happen(fault, role, new FaultTime(new Random(_random.Next()), Span(scale.Lasting))));
            await Task.Delay(Span(scale.Between), CancellationToken.None);
        }

        await Task.WhenAll(_running);
        if (!plant.LoadsRun) breaches.Add("the run itself", "a load came to its end too early");
    }

    private void Refill()
    {
        var all = (from fault in faults where fault.Missing is null && fault.Name.StartsWith(scale.Only ?? "", StringComparison.Ordinal) from role in plant.Roles where fault.Fits(role) select (fault, role)).ToArray();
        _random.Shuffle(all);
        _bag.AddRange(scale.IsShort ? all.DistinctBy(static one => one.fault.Name) : all);
    }

    private async Task Happen(Fault fault, Role role, FaultTime time)
    {
        await Tell($"{fault.Name} at {role.Name}");
        _happened[fault.Name] = _happened.GetValueOrDefault(fault.Name) + 1;
        try
        {
            await role.Mend();
            await fault.Happen(role, time);
        }
        catch (Exception failure)
        {
            breaches.Add("the run itself", $"{fault.Name} at {role.Name}: {failure}");
        }

        await Tell($"{fault.Name} at {role.Name}: over");
        _busyUntilMs[role.Group] = Role.NowMs + scale.RestMs;
    }

    private TimeSpan Span((double From, double To) range) => TimeSpan.FromSeconds(range.From + (_random.NextDouble() * (range.To - range.From)));

    private Task Tell(string what) => output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss} {what}"));
}
