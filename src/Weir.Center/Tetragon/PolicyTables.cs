namespace Weir.Center.Tetragon;

/// <summary>Words of tracing policies (Tetragon v1.7, CustomResourceDefinition tracingpolicies.cilium.io v1alpha1).</summary>
internal static class PolicyTables
{
    /// <summary>Lists of hooks, with the keys that say what is hooked.</summary>
    public static IReadOnlyDictionary<string, string[]> Hooks { get; } = new Dictionary<string, string[]>
    {
        ["kprobes"] = ["call"], ["fentries"] = ["call"], ["tracepoints"] = ["subsystem", "event"], ["lsmhooks"] = ["hook"], ["uprobes"] = ["path"], ["usdts"] = ["path", "provider", "name"],
    };

    public static IReadOnlyList<string> SpecKeys { get; } =
        [.. Hooks.Keys, "containerSelector", "enforcers", "hostSelector", "lists", "loader", "nodeSelector", "options", "podSelector", "selectorsMacros"];

    public static IReadOnlyDictionary<string, string[]> HookKeys { get; } = new Dictionary<string, string[]>
    {
        ["kprobes"] = ["args", "call", "data", "ignore", "message", "return", "returnArg", "returnArgAction", "selectors", "syscall", "tags"],
        ["fentries"] = ["args", "call", "data", "ignore", "message", "return", "returnArg", "returnArgAction", "selectors", "syscall", "tags"],
        ["tracepoints"] = ["args", "event", "message", "raw", "selectors", "subsystem", "tags"],
        ["lsmhooks"] = ["args", "hook", "message", "selectors", "tags"],
        ["uprobes"] = ["addrs", "args", "binaryDigests", "btfPath", "data", "ignore", "message", "offsets", "path", "refCtrOffsets", "return", "returnArg", "selectors", "symbols", "tags"],
        ["usdts"] = ["args", "btfPath", "message", "name", "path", "provider", "selectors", "tags"],
    };

    public static IReadOnlyList<string> ArgumentKeys { get; } = ["btfType", "btfTypeModule", "index", "label", "maxData", "resolve", "returnCopy", "sizeArgIndex", "source", "type"];

    public static IReadOnlyList<string> ArgumentTypes { get; } =
    [
        "auto", "int", "sint8", "int8", "uint8", "sint16", "int16", "uint16", "uint32", "sint32", "int32", "ulong", "uint64", "size_t", "long", "sint64", "int64", "char_buf",
        "char_iovec", "skb", "sock", "sockaddr", "socket", "sockaddr_un", "string", "fd", "file", "filename", "path", "nop", "bpf_attr", "perf_event", "bpf_map", "user_namespace",
        "capability", "kiocb", "iov_iter", "cred", "const_buf", "load_info", "module", "syscall64", "kernel_cap_t", "cap_inheritable", "cap_permitted", "cap_effective",
        "linux_binprm", "data_loc", "net_device", "bpf_cmd", "dentry", "bpf_prog",
    ];

    /// <summary>Filters of a selector, with the operators that each takes.</summary>
    public static IReadOnlyDictionary<string, string[]> Filters { get; } = Operators();

    /// <summary>Further keys of a selector.</summary>
    public static IReadOnlyList<string> SelectorKeys { get; } = ["label", "macros", "matchActions", "matchReturnActions", "matchWorkloads"];

    public static IReadOnlyList<string> FilterKeys { get; } =
        ["args", "followChildren", "followForks", "index", "isNamespaceCapability", "isNamespacePID", "namespace", "operator", "type", "values"];

    public static IReadOnlyList<string> ActionKeys { get; } =
    [
        "action", "argError", "argFqdn", "argIndex", "argNewAddr", "argNewOffset", "argNewSymbol", "argRegs", "argSig", "argSock", "argUrl", "argValue", "imaHash", "kernelStackTrace",
        "rateLimit", "rateLimitScope", "userStackTrace",
    ];

    /// <summary>Actions that only watch.</summary>
    public static IReadOnlyList<string> WatchingActions { get; } = ["Post", "NoPost", "TrackSock", "UntrackSock"];

    /// <summary>Actions that change what a process does, or make the agent call out.</summary>
    public static IReadOnlyList<string> EnforcingActions { get; } = ["Sigkill", "Override", "Signal", "NotifyEnforcer", "CleanupEnforcerNotification", "Set", "GetUrl", "DnsLookup"];

    /// <summary>What an action cannot do without.</summary>
    public static IReadOnlyDictionary<string, string> ActionNeeds { get; } = new Dictionary<string, string>
    {
        ["GetUrl"] = "argUrl", ["DnsLookup"] = "argFqdn", ["Signal"] = "argSig",
    };

    private static Dictionary<string, string[]> Operators()
    {
        string[] values =
        [
            "Equal", "NotEqual", "Prefix", "NotPrefix", "Postfix", "NotPostfix", "GreaterThan", "LessThan", "GT", "LT", "Mask", "SPort", "NotSPort", "SPortPriv", "NotSportPriv", "DPort",
            "NotDPort", "DPortPriv", "NotDPortPriv", "SAddr", "NotSAddr", "DAddr", "NotDAddr", "Protocol", "Family", "State", "InMap", "NotInMap", "CapabilitiesGained", "InRange",
            "NotInRange", "SubString", "SubStringIgnCase", "CelExpr", "FileType", "NotFileType",
        ];
        string[] sets = ["In", "NotIn"];
        string[] names = ["In", "NotIn", "Prefix", "NotPrefix", "Postfix", "NotPostfix"];
        return new()
        {
            ["matchArgs"] = values, ["matchData"] = values, ["matchReturnArgs"] = values, ["matchBinaries"] = names, ["matchParentBinaries"] = names, ["matchCapabilities"] = sets,
            ["matchCapabilityChanges"] = sets, ["matchNamespaces"] = sets, ["matchNamespaceChanges"] = sets, ["matchPIDs"] = sets,
        };
    }
}
