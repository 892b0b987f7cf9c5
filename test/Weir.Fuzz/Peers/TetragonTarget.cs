using System.IO.Pipelines;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Weir.Center.Tetragon;
using Weir.Rpc;
using Weir.Rpc.Tetragon.V1;
using Weir.Rpc.Wire;
using Weir.Testing;

namespace Weir.Fuzz.Peers;

/// <summary>Events of Tetragon as lines of its export and as messages of its agent, and policies as somebody sends them.</summary>
internal static class TetragonTarget
{
    private const int MaxText = 100;

    private static readonly EventReader s_reader = new(MaxText);

    public static FuzzTarget Lines { get; } = new("tetragon-events", SeedLines, ReadLine) { Words = JsonWords.All };

    public static FuzzTarget Messages { get; } = new("tetragon-messages", static () => [.. Events().Select(static one => one.ToByteArray())], ReadMessage);

    public static FuzzTarget Policies { get; } = new("tetragon-policies", SeedPolicies, ReadPolicy) { Words = JsonWords.All, ShortRun = 1000 };

    private static List<GetEventsResponse> Events()
    {
        var process = new Process
        {
            Binary = "/usr/bin/curl", Arguments = "http://a", Pid = 7, ExecId = "bm9kZTox", Pod = new Pod { Namespace = "shop", Name = "web-1", Container = new Container { Name = "web" } },
        };
        var (at, hook) = (new Timestamp { Seconds = 1_769_860_800, Nanos = 5 }, new ProcessKprobe { Process = process, Parent = process, FunctionName = "tcp_connect", Action = KprobeAction.Sigkill, PolicyName = "p", Message = "m" });
        hook.Args.Add(new KprobeArgument { SockArg = new KprobeSock { Saddr = "10.0.0.1", Sport = 1, Daddr = "fd00::2", Dport = 443, Protocol = "IPPROTO_TCP" } });
        hook.Args.Add(new KprobeArgument { IntArg = -1 });
        hook.Args.Add(new KprobeArgument { StringArg = new string('x', 300) });
        return
        [
            new GetEventsResponse { NodeName = "n", Time = at, ProcessExec = new ProcessExec { Process = process, Parent = process } },
            new GetEventsResponse { NodeName = "n", Time = at, ProcessExit = new ProcessExit { Process = process, Signal = "SIGKILL", Status = 9 } },
            new GetEventsResponse { NodeName = "n", Time = at, ProcessKprobe = hook },
            new GetEventsResponse { NodeName = "n", Time = at, ProcessConnect = new ProcessConnection { Process = process, SourceIp = "10.0.0.1", SourcePort = 99999, DestinationIp = "x", DestinationPort = 80 } },
        ];
    }

    private static List<byte[]> SeedLines() =>
    [
        .. Events().Select(static one => Encoding.UTF8.GetBytes(new JsonFormatter(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true)).Format(one))),
        """{"process_kprobe":{"process":{"binary":"/a"},"action":"KPROBE_ACTION_OF_LATER","return":{"int_arg":1e3}},"time":"2026-02-30T00:00:00Z"}"""u8.ToArray(), """{"process_later":{},"time":"2026-01-31T12:00:00.000000001+02:00"}"""u8.ToArray(),
    ];

    private static List<byte[]> SeedPolicies() =>
    [
        .. Directory.EnumerateFiles(RepositoryRoot.Combine("deploy/tetragon"), "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
        """{"apiVersion":"cilium.io/v1alpha1","kind":"TracingPolicy","metadata":{"name":"x","labels":{"a":"b"}},"spec":{"kprobes":[{"call":"sys_open","syscall":true,"args":[{"index":0,"type":"int"}],"selectors":[{"matchArgs":[{"index":0,"operator":"Equal","values":["1"]}],"matchActions":[{"action":"Sigkill"}]}]}],"options":[{"name":"policy-mode","value":"monitor"}]}}"""u8.ToArray(),
    ];

    private static void ReadLine(byte[] bytes)
    {
        var outcome = s_reader.Read(bytes, out var found);
        if ((outcome == EventOutcome.Event) != (found is not null)) throw new InvalidOperationException($"{outcome} with {found}");
        Check(found);
    }

    private static void ReadMessage(byte[] bytes)
    {
        GetEventsResponse? message;
        try
        {
            // As it comes from an agent: behind its length, five bytes.
            byte[] framed = [0, (byte)(bytes.Length >> 24), (byte)(bytes.Length >> 16), (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
            message = new MessageReader(PipeReader.Create(new MemoryStream(framed)), null, 1 << 20).Read(GetEventsResponse.Parser, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        catch (RpcException told)
        {
            if (told.Status.IsOk) throw new InvalidOperationException("refused with OK", told);
            return;
        }

        if (message is null) throw new InvalidOperationException("no message is read");
        var outcome = s_reader.Read(message, out var found);
        if ((outcome == EventOutcome.Event) != (found is not null)) throw new InvalidOperationException($"{outcome} with {found}");
        Check(found);
    }

    private static void Check(Weir.Storage.Processes.ProcessEvent? one)
    {
        if (one is null) return;
        foreach (var text in (string[])[one.Node, one.Policy, one.Namespace, one.Pod, one.Container, one.Binary, one.Arguments, one.Function, one.Detail, one.Source, one.Destination, one.ExecId, one.ParentBinary])
            if (text.Length > MaxText + 1) throw new InvalidOperationException($"a text of {text.Length} characters is kept");
        if (one.TimeNs < 0 || one.Pid < 0) throw new InvalidOperationException($"{one}");
    }

    private static void ReadPolicy(byte[] bytes)
    {
        var policy = PolicyReader.Read(bytes, out var problems);
        if (policy is null && problems.Count == 0) throw new InvalidOperationException("refused without a reason");
        if (policy is null || problems.Count > 0) return;
        // What has no problems is sent to the API server, as this says it.
        var sent = System.Text.Json.Nodes.JsonNode.Parse(TracingPolicies.Manifest(policy))!;
        if ((string?)sent["metadata"]!["name"] != policy.Name) throw new InvalidOperationException("another policy is sent");
    }
}
