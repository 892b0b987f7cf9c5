namespace Weir.Inventory.Security;

/// <summary>What a finding is about. Names in snake_case leave Weir.</summary>
public enum FindingKind : byte
{
    /// <summary>Gives or takes sensitive data, or changes something, without identification; its siblings ask for it.</summary>
    MissingAuth,

    /// <summary>Some calls identify themselves and others do not; both succeed.</summary>
    AuthNotEnforced,

    /// <summary>A credential stands in the path or the query, where logs keep it.</summary>
    SecretInUrl,

    /// <summary>A password is sent with every call over plain HTTP.</summary>
    BasicOverPlainHttp,

    /// <summary>A Basic password is short or among the first that are guessed.</summary>
    WeakPassword,

    /// <summary>A JSON Web Token without signature: its algorithm is "none" or missing (RFC 8725 §3.1).</summary>
    TokenUnsigned,

    /// <summary>A JSON Web Token that never expires.</summary>
    TokenWithoutExpiry,

    /// <summary>A JSON Web Token that is valid for more than five days from the call on.</summary>
    TokenLongLived,

    /// <summary>A JSON Web Token signed with a key from a list of well-known ones (RFC 8725 §3.5).</summary>
    TokenKnownKey,

    /// <summary>Ids that can be counted up: whoever has one has the next.</summary>
    GuessableId,

    /// <summary>A workload or role calls a function that it never called while it was learned who does (broken function level authorization).</summary>
    UnusualCaller,
}

public enum FindingSeverity : byte
{
    Info,
    Low,
    Medium,
    High,
}

/// <summary>A statement about an endpoint, with what it rests on. Never holds the secret itself.</summary>
/// <param name="Kind">What.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Method">Of the endpoint.</param>
/// <param name="Template">Of the endpoint, as it is now.</param>
/// <param name="Detail">In words.</param>
/// <param name="Count">Calls that show it.</param>
/// <param name="FirstNs">Unix nanoseconds.</param>
/// <param name="LastNs">Unix nanoseconds.</param>
public sealed record SecurityFinding(
    FindingKind Kind, FindingSeverity Severity, string Method, string Template, string Detail, long Count, long FirstNs, long LastNs)
{
    /// <summary>Name on the wire: <c>missing_auth</c>.</summary>
    public static string NameOf(FindingKind kind) => s_names[(int)kind];

    public static string NameOf(FindingSeverity severity) => severity switch
    {
        FindingSeverity.High => "high",
        FindingSeverity.Medium => "medium",
        FindingSeverity.Low => "low",
        _ => "info",
    };

    private static readonly string[] s_names = Array.ConvertAll(
        Enum.GetNames<FindingKind>(), static name => string.Concat(name.Select(static (c, i) => i > 0 && char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}")));
}

/// <summary>Findings that single calls made, each kept once for its endpoint with a count. Bounded.</summary>
public sealed class FindingList
{
    private readonly int _capacity;
    private readonly Dictionary<(FindingKind, string Method, string Path), Entry> _entries = [];

    internal FindingList(int capacity) => _capacity = capacity;

    /// <summary>Findings that had no room.</summary>
    public long Refused { get; private set; }

    internal IEnumerable<Entry> Entries => _entries.Values;

    internal void Add(FindingKind kind, FindingSeverity severity, string method, string structure, string example, string detail, long timeNs, long count = 1)
    {
        if (!_entries.TryGetValue((kind, method, structure), out var entry))
        {
            if (_entries.Count >= _capacity)
            {
                Refused++;
                return;
            }

            _entries.Add((kind, method, structure), entry = new Entry(kind, method, structure, example) { FirstNs = timeNs });
        }

        entry.Count += count;
        entry.LastNs = Math.Max(entry.LastNs, timeNs);
        entry.FirstNs = Math.Min(entry.FirstNs, timeNs);
        if (severity >= entry.Severity) (entry.Severity, entry.Detail) = (severity, detail);
    }

    internal sealed class Entry(FindingKind kind, string method, string structure, string example)
    {
        public FindingKind Kind { get; } = kind;

        public string Method { get; } = method;

        public string Structure { get; } = structure;

        /// <summary>A path that leads to the endpoint, whatever its template is by now.</summary>
        public string Example { get; } = example;

        public FindingSeverity Severity { get; set; }

        public string Detail { get; set; } = "";

        public long Count { get; set; }

        public long FirstNs { get; set; }

        public long LastNs { get; set; }
    }
}
