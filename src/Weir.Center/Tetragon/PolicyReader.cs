using Weir.Kubernetes;
using Weir.Manifests;
using Weir.Manifests.Objects;
using Weir.Manifests.Yaml;

namespace Weir.Center.Tetragon;

/// <summary>Something that is wrong with a policy.</summary>
/// <param name="Path">JSON Pointer of the place; empty for the whole.</param>
/// <param name="Line">From 1; 0 when it came from no text.</param>
/// <param name="Message">In a sentence without capital and full stop.</param>
internal sealed record PolicyProblem(string Path, int Line, string Message);

/// <summary>A policy, as far as Weir reads it.</summary>
internal sealed record TracingPolicy
{
    public required string Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>Null for one of the whole cluster.</summary>
    public string? Namespace { get; init; }

    /// <summary><c>enforce</c> when it changes what processes do, <c>monitor</c> otherwise.</summary>
    public required string Mode { get; init; }

    /// <summary>What is hooked: functions, tracepoints, LSM hooks.</summary>
    public required IReadOnlyList<string> Hooks { get; init; }

    /// <summary>Actions that change what processes do, also those that the option policy-mode holds back.</summary>
    public required IReadOnlyList<string> Enforcing { get; init; }

    /// <summary>Empty when it can be applied.</summary>
    public required IReadOnlyList<PolicyProblem> Problems { get; init; }

    /// <summary>The document as JSON.</summary>
    public required byte[] Json { get; init; }

    public bool IsNamespaced => Kind == PolicyReader.NamespacedKind;
}

/// <summary>Reads and checks tracing policies, so that what reaches the API server can be loaded by Tetragon. Of the kernel's bounds those are checked that hold for every version.</summary>
internal static class PolicyReader
{
    public const string ApiVersion = "cilium.io/v1alpha1";
    public const string ClusterKind = "TracingPolicy";
    public const string NamespacedKind = "TracingPolicyNamespaced";

    private const int MaxProblems = 50;
    private const int MaxSelectors = 5;
    private const int MaxArguments = 5;
    private const int MaxPids = 4;
    private const int MaxMessage = 256;
    private const int MaxTags = 16;

    /// <summary>Bytes of a policy that is sent; etcd takes 1.5 MiB an object, the largest published one has 6 KiB.</summary>
    public const int MaxBytes = 256 << 10;

    private static readonly ManifestLimits s_limits = ManifestLimits.Default with { MaxFileBytes = MaxBytes, MaxDepth = 32, MaxNodes = 20_000 };

    /// <summary>One policy; null when the text is no single document, with what is wrong.</summary>
    public static TracingPolicy? Read(ReadOnlySpan<byte> yaml, out IReadOnlyList<PolicyProblem> problems)
    {
        var (documents, wrong) = (new List<ManifestDocument>(), new List<ManifestProblem>());
        ManifestReader.Read("policy", yaml, s_limits, documents, wrong);
        problems = [.. wrong.Take(MaxProblems).Select(static one => new PolicyProblem("", one.Line, one.Message))];
        if (problems.Count > 0) return null;
        if (documents.Count != 1)
        {
            problems = [new PolicyProblem("", 0, documents.Count == 0 ? "holds no document" : $"holds {documents.Count} documents: send one policy at a time")];
            return null;
        }

        var policy = Read(documents[0].Root);
        problems = policy.Problems;
        return policy;
    }

    /// <summary>One policy, as the API server has it.</summary>
    public static TracingPolicy Read(Node root)
    {
        var problems = new List<PolicyProblem>();
        var document = Field.Root(root);
        var spec = document["spec"];
        var hooks = new List<string>();
        var enforcing = new SortedSet<string>(StringComparer.Ordinal);
        Head(document, problems);
        Known(spec, PolicyTables.SpecKeys, problems);
        foreach (var (list, names) in PolicyTables.Hooks)
        {
            Listed(spec[list], problems);
            foreach (var hook in spec[list].Items)
            {
                Hook(list, names, hook, problems, enforcing);
                hooks.Add(string.Join('/', names.Select(name => hook[name].Text).OfType<string>()));
            }
        }

        if (spec["enforcers"].Items.Any()) enforcing.Add("NotifyEnforcer");
        if (hooks.Count == 0 && !spec["loader"].IsTrue) Add(problems, spec, "hooks nothing: it needs kprobes, fentries, tracepoints, lsmhooks, uprobes or usdts");
        var mode = spec["options"].Items.LastOrDefault(static one => one["name"].Text == "policy-mode")?["value"].Text;
        if (mode is not (null or "monitor" or "enforce")) Add(problems, spec["options"], "policy-mode is monitor or enforce");
        return new TracingPolicy
        {
            Kind = document["kind"].Text ?? "", Name = document["metadata"]["name"].Text ?? "", Namespace = document["metadata"]["namespace"].Text,
            Mode = enforcing.Count > 0 && mode != "monitor" ? "enforce" : "monitor", Hooks = hooks, Enforcing = [.. enforcing], Problems = problems, Json = NodeJson.Write(root),
        };
    }

    private static void Head(Field document, List<PolicyProblem> problems)
    {
        if (!document.IsMap)
        {
            Add(problems, document, "is no object");
            return;
        }

        Known(document, ["apiVersion", "kind", "metadata", "spec"], problems);
        if (document["apiVersion"].Text != ApiVersion) Add(problems, document["apiVersion"], $"is not {ApiVersion}");
        var (kind, metadata) = (document["kind"].Text, document["metadata"]);
        if (kind is not (ClusterKind or NamespacedKind)) Add(problems, document["kind"], $"is neither {ClusterKind} nor {NamespacedKind}");
        if (!KubernetesName.IsSubdomain(NameIn(metadata["name"]))) Add(problems, metadata["name"], "is no name of Kubernetes (RFC 1123 subdomain)");
        if (kind == ClusterKind && metadata["namespace"].Exists) Add(problems, metadata["namespace"], $"a {ClusterKind} has no namespace");
        if (kind == NamespacedKind && !KubernetesName.IsLabel(NameIn(metadata["namespace"]))) Add(problems, metadata["namespace"], $"a {NamespacedKind} needs a namespace");
        if (kind == NamespacedKind && document["spec"]["hostSelector"].Exists) Add(problems, document["spec"]["hostSelector"], $"a {NamespacedKind} does not look at hosts");
        if (!document["spec"].IsMap) Add(problems, document["spec"], "is missing");
    }

    /// <summary>A name that YAML takes for something else (<c>name: on</c>, <c>name: 7</c>) is none to the server.</summary>
    private static string? NameIn(Field field) => field.Node is { Kind: NodeKind.Text } ? field.Text : null;

    private static void Hook(string list, string[] names, Field hook, List<PolicyProblem> problems, SortedSet<string> enforcing)
    {
        Known(hook, PolicyTables.HookKeys[list], problems);
        foreach (var name in names)
            if (string.IsNullOrWhiteSpace(hook[name].Text)) Add(problems, hook[name], "is missing");
        if (list is "kprobes" && !hook["syscall"].Exists) Add(problems, hook["syscall"], "is not said, and documentation and definition differ on what that means: write true or false");
        if (hook["message"].Text is { Length: > MaxMessage }) Add(problems, hook["message"], $"has more than {MaxMessage} characters");
        if (hook["tags"].Items.Count() > MaxTags) Add(problems, hook["tags"], $"are more than {MaxTags}");
        foreach (var argument in hook["args"].Items.Concat(hook["data"].Items)) Argument(argument, problems);
        if (hook["returnArg"].Exists) Argument(hook["returnArg"], problems);
        if (hook["returnArgAction"].Text is { } action && action is not ("TrackSock" or "UntrackSock" or "Post")) Add(problems, hook["returnArgAction"], "is TrackSock, UntrackSock or Post");
        Listed(hook["selectors"], problems);
        var selectors = hook["selectors"].Items.ToList();
        if (selectors.Count > MaxSelectors) Add(problems, hook["selectors"], $"are more than {MaxSelectors}, which the kernel does not take");
        foreach (var selector in selectors) Selector(selector, problems, enforcing);
    }

    private static void Argument(Field argument, List<PolicyProblem> problems)
    {
        Known(argument, PolicyTables.ArgumentKeys, problems);
        if (argument["index"].Integer is null or < 0) Add(problems, argument["index"], "is no number from 0 on");
        if (argument["type"].Text is { } type ? !PolicyTables.ArgumentTypes.Contains(type) : !argument["btfType"].Exists) Add(problems, argument["type"], "is no type of an argument");
    }

    private static void Selector(Field selector, List<PolicyProblem> problems, SortedSet<string> enforcing)
    {
        Known(selector, [.. PolicyTables.Filters.Keys, .. PolicyTables.SelectorKeys], problems);
        foreach (var (name, operators) in PolicyTables.Filters)
        {
            Listed(selector[name], problems);
            var filters = selector[name].Items.ToList();
            if (filters.Count > 1 && (name is "matchBinaries" or "matchParentBinaries")) Add(problems, selector[name], "takes one filter");
            if (name == "matchArgs" && filters.Count > MaxArguments) Add(problems, selector[name], $"are more than {MaxArguments}, which the kernel does not take");
            foreach (var filter in filters) Filter(name, operators, filter, problems);
        }

        foreach (var action in selector["matchActions"].Items.Concat(selector["matchReturnActions"].Items)) Action(action, problems, enforcing);
    }

    private static void Filter(string name, string[] operators, Field filter, List<PolicyProblem> problems)
    {
        Known(filter, PolicyTables.FilterKeys, problems);
        if (!operators.Contains(filter["operator"].Text)) Add(problems, filter["operator"], $"is no operator of {name}");
        var values = filter["values"].Items.Count();
        // Ports of the privileged range and capabilities gained need none.
        if (values == 0 && name is not ("matchArgs" or "matchData" or "matchReturnArgs")) Add(problems, filter["values"], "are missing");
        if (name == "matchPIDs" && values > MaxPids) Add(problems, filter["values"], $"are more than {MaxPids}, which the kernel does not take");
    }

    private static void Action(Field action, List<PolicyProblem> problems, SortedSet<string> enforcing)
    {
        Known(action, PolicyTables.ActionKeys, problems);
        var name = action["action"].Text ?? "";
        if (PolicyTables.EnforcingActions.Contains(name)) enforcing.Add(name);
        else if (!PolicyTables.WatchingActions.Contains(name)) Add(problems, action["action"], "is no action");
        if (PolicyTables.ActionNeeds.TryGetValue(name, out var needed) && !action[needed].Exists) Add(problems, action[needed], $"is missing: {name} needs it");
        if (action["rateLimitScope"].Text is { } scope && scope is not ("thread" or "process" or "global")) Add(problems, action["rateLimitScope"], "is thread, process or global");
    }

    /// <summary>What nobody knows is a mistake of spelling, which the server would drop in silence.</summary>
    private static void Known(Field map, IReadOnlyList<string> keys, List<PolicyProblem> problems)
    {
        if (map.Exists && !map.IsMap) Add(problems, map, "is no object");
        foreach (var member in map.Members)
            if (!keys.Contains(member.Key)) Add(problems, member, "is no key that is known here");
    }

    private static void Listed(Field list, List<PolicyProblem> problems)
    {
        if (list.Exists && !list.IsList) Add(problems, list, "is no list");
    }

    private static void Add(List<PolicyProblem> problems, Field place, string message)
    {
        if (problems.Count < MaxProblems) problems.Add(new PolicyProblem(place.Path, place.Line, message));
    }
}
