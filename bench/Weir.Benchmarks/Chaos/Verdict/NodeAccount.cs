using System.Globalization;
using Weir.Benchmarks.Chaos.Faults;
using Weir.Benchmarks.Chaos.Load;
using Weir.Benchmarks.Chaos.Plant;

namespace Weir.Benchmarks.Chaos.Verdict;

/// <summary>The calls of one node: each is stored once, or one of a few reasons says why not.</summary>
internal sealed class NodeAccount(Role role, ChaosPlant plant, StoredCalls stored, DamageFaults damage, ChaosBounds bounds, Breaches breaches)
{
    /// <summary>Calls that the role says it gave up, but those in damaged segments, which are known by name.</summary>
    private static readonly string[] s_callReasons =
        ["center_queue_full", "center_spool_full", "center_spool_expired", "center_refused", "output_lost", "ingest_queue_full", "store_refused"];

    private const string DamagedReason = "center_spool_damaged";

    private readonly Dictionary<RoleLife, List<MadeCall>> _missing = [];
    private readonly List<MadeCall> _halves = [];

    public Role Role => role;

    public long Made { get; private set; }

    public long Stored { get; private set; }

    /// <summary>Made while the role did not run, or had not begun to see.</summary>
    public long WhileDown { get; private set; }

    /// <summary>Seen, and in the memory of a process that was ended.</summary>
    public long InMemory { get; private set; }

    /// <summary>How long before the end of its process the oldest of those was over, in milliseconds.</summary>
    public long OldestInMemoryMs { get; private set; }

    public long InDamagedSegments { get; private set; }

    public long InDamagedStores { get; private set; }

    /// <summary>Explained by losses that the role told.</summary>
    public long Told { get; private set; }

    /// <summary>Stored, with something missing, where losses were told.</summary>
    public long Incomplete { get; private set; }

    public long UnexplainedCalls { get; private set; }

    /// <summary>Of all those, calls that were made as frames, and those of them that are stored.</summary>
    public (long Made, long Stored) AsFrames { get; private set; }

    public void Judge()
    {
        var segments = damage.Segments.Where(segment => segment.Role == role).ToList();
        foreach (var file in plant.CallFiles(role))
        {
            var before = (Made, Stored);
            foreach (var call in CallLog.Read(file)) Judge(call, segments);
            if (Path.GetFileName(file).StartsWith(ChaosPlant.FrameCalls, StringComparison.Ordinal)) AsFrames = (AsFrames.Made + Made - before.Made, AsFrames.Stored + Stored - before.Stored);
        }

        if (_halves.Count > 0) breaches.Add("nothing acknowledged is lost", $"{role.Name}: {_halves.Count} calls are stored incomplete, and no loss was told then: {Times(_halves)}");
        Explain();
        JudgeSegments(segments);
        var acknowledged = role.Lives.Sum(static life => life.Counter("delivered"));
        if (role.Kind is RoleKind.Probe && acknowledged > stored.OfNode(role.Name))
            breaches.Add("nothing acknowledged is lost", $"{role.Name} was acknowledged {acknowledged} calls, and {stored.OfNode(role.Name)} are stored");
    }

    /// <summary>Sum over all lives of what the role says.</summary>
    public long Reason(string name) => role.Lives.Sum(life => life.Counter(name));

    private void Judge(MadeCall call, List<DamagedSegment> segments)
    {
        Made++;
        var times = stored.Times(call.Id);
        if (times > 1 && !stored.IsIncomplete(call.Id)) breaches.Add("nothing twice", $"call {call.Id} of {role.Name} is stored {times} times");
        var life = Covering(call);
        if (times > 0)
        {
            Stored++;
            if (!stored.IsIncomplete(call.Id) || life is null) return;
            Incomplete++;
            if (!life.Spans.Exists(span => span.Covers(call))) _halves.Add(call);
            return;
        }

        if (stored.WasDamaged(call.Id)) InDamagedStores++;
        else if (segments.Exists(segment => segment.Calls.Contains(call.Id))) InDamagedSegments++;
        else if (life is not null)
        {
            if (!_missing.TryGetValue(life, out var others)) _missing.Add(life, others = []);
            others.Add(call);
        }
        else if (Held(call) is { } ended)
        {
            InMemory++;
            OldestInMemoryMs = Math.Max(OldestInMemoryMs, ended.EndMs - call.EndMs);
        }
        else WhileDown++;
    }

    /// <summary>The life that must have seen the call and put it on disk.</summary>
    private RoleLife? Covering(MadeCall call) => role.Lives.Find(life =>
        life.ReadyMs != long.MaxValue && call.StartMs >= life.ReadyMs + bounds.EdgeMs
        && call.EndMs <= life.EndMs - (life.Ending is Ending.Terminated ? bounds.EdgeMs : bounds.MemoryMs));

    private RoleLife? Held(MadeCall call) =>
        role.Lives.Find(life => call.StartMs >= life.ReadyMs && call.EndMs <= life.EndMs && call.EndMs > life.EndMs - bounds.MemoryMs);

    private void Explain()
    {
        var left = _missing.SelectMany(static one => Unexplained(one.Key, one.Value)).ToList();
        Told = _missing.Sum(static one => one.Value.Count) - left.Count;
        var given = Math.Min(left.Count, s_callReasons.Sum(Reason));
        Told += given;
        UnexplainedCalls = left.Count - given;
        if (UnexplainedCalls == 0) return;
        breaches.Add("nothing acknowledged is lost", $"{role.Name}: nobody says where {UnexplainedCalls} calls are: {Times(left)}");
    }

    private static string Times(List<MadeCall> calls) => string.Join(", ", calls.Take(10).Select(static call => string.Create(
        CultureInfo.InvariantCulture, $"{call.Id} at {DateTimeOffset.FromUnixTimeMilliseconds(call.StartMs):HH:mm:ss.fff}")));

    /// <summary>Those that no loss was told of at their time, each packet told explaining one call at most.</summary>
    private static IEnumerable<MadeCall> Unexplained(RoleLife life, List<MadeCall> missing)
    {
        var left = life.Spans.ToDictionary(static span => span, static span => span.Count);
        foreach (var call in missing)
        {
            if (life.Spans.Find(span => left[span] > 0 && span.Covers(call)) is { } span) left[span]--;
            else yield return call;
        }
    }

    /// <summary>Each damaged segment is told by name, and its calls are counted.</summary>
    private void JudgeSegments(List<DamagedSegment> segments)
    {
        foreach (var segment in segments)
        {
            if (!role.Lives.Exists(life => life.Said.Split('\n').Any(line => line.Contains(segment.Batch, StringComparison.Ordinal) && line.Contains("damaged", StringComparison.Ordinal))))
                breaches.Add("damage is told", $"{role.Name} says nothing of the damaged segment {segment.Batch}");
        }

        var (counted, held) = (Reason(DamagedReason), segments.Sum(static segment => segment.Messages));
        if (counted != held) breaches.Add("damage is told", $"{role.Name} counts {counted} damaged calls, {held} were");
    }
}
