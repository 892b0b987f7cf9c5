using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Weir.Rpc.Tetragon.V1;
using Weir.Storage.Processes;

namespace Weir.Center.Tetragon;

/// <summary>What became of a line or message.</summary>
internal enum EventOutcome
{
    Event,
    /// <summary>Of a kind that is not known here: later versions have more.</summary>
    Skipped,
    /// <summary>No event at all.</summary>
    Malformed,
}

/// <summary>Events of Tetragon, from lines of its export and from messages of its agent, which are the same thing in JSON and in binary.</summary>
internal sealed partial class EventReader(int maxText)
{
    /// <summary>An event nests six levels deep.</summary>
    private static readonly JsonParser s_parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true).WithRecursionLimit(32));

    public EventOutcome Read(ReadOnlySpan<byte> line, out ProcessEvent? found)
    {
        found = null;
        var text = Encoding.UTF8.GetString(line);
        return (Parse(text) ?? Parse(Action().Replace(text, "\"action\":0"))) is { } message ? Read(message, out found) : EventOutcome.Malformed;
    }

    public EventOutcome Read(GetEventsResponse message, out ProcessEvent? found)
    {
        found = null;
        if (message.EventCase == GetEventsResponse.EventOneofCase.None) return EventOutcome.Skipped;
        if (message.Time is not { } time || time.Seconds is < 0 or > 9_000_000_000 || time.Nanos is < 0 or > 999_999_999) return EventOutcome.Malformed;
        var (type, process, parent) = Subject(message);
        var one = new ProcessEvent
        {
            TimeNs = (time.Seconds * 1_000_000_000) + time.Nanos, Type = type, Node = Cut(message.NodeName), Binary = Cut(process?.Binary), Arguments = Cut(process?.Arguments),
            Pid = (int)Math.Min(process?.Pid ?? 0, int.MaxValue), ExecId = Cut(process?.ExecId), ParentBinary = Cut(parent?.Binary), Namespace = Cut(process?.Pod?.Namespace),
            Pod = Cut(process?.Pod?.Name), Container = Cut(process?.Pod?.Container?.Name),
        };
        found = message.EventCase switch
        {
            GetEventsResponse.EventOneofCase.ProcessExit => one with { Detail = Cut(Exit(message.ProcessExit)) },
            GetEventsResponse.EventOneofCase.ProcessKprobe => Called(one, message.ProcessKprobe.FunctionName, message.ProcessKprobe.PolicyName, message.ProcessKprobe.Action, message.ProcessKprobe.Message, message.ProcessKprobe.Args),
            GetEventsResponse.EventOneofCase.ProcessLsm => Called(one, message.ProcessLsm.FunctionName, message.ProcessLsm.PolicyName, message.ProcessLsm.Action, message.ProcessLsm.Message, message.ProcessLsm.Args),
            GetEventsResponse.EventOneofCase.ProcessTracepoint => Called(
                one, $"{message.ProcessTracepoint.Subsys}/{message.ProcessTracepoint.Event}", message.ProcessTracepoint.PolicyName, message.ProcessTracepoint.Action, message.ProcessTracepoint.Message,
                message.ProcessTracepoint.Args),
            GetEventsResponse.EventOneofCase.ProcessConnect => Between(one, message.ProcessConnect),
            GetEventsResponse.EventOneofCase.ProcessClose => Between(one, message.ProcessClose),
            GetEventsResponse.EventOneofCase.ProcessListen => one with { Source = Cut(End(message.ProcessListen.Ip, message.ProcessListen.Port)) },
            _ => one,
        };
        return EventOutcome.Event;
    }

    private static GetEventsResponse? Parse(string text)
    {
        try
        {
            return s_parser.Parse<GetEventsResponse>(text);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
        {
            return null;
        }
    }

    private static (string Type, Process? Process, Process? Parent) Subject(GetEventsResponse message) => message.EventCase switch
    {
        GetEventsResponse.EventOneofCase.ProcessExec => ("exec", message.ProcessExec.Process, message.ProcessExec.Parent),
        GetEventsResponse.EventOneofCase.ProcessExit => ("exit", message.ProcessExit.Process, message.ProcessExit.Parent),
        GetEventsResponse.EventOneofCase.ProcessKprobe => ("kprobe", message.ProcessKprobe.Process, message.ProcessKprobe.Parent),
        GetEventsResponse.EventOneofCase.ProcessTracepoint => ("tracepoint", message.ProcessTracepoint.Process, message.ProcessTracepoint.Parent),
        GetEventsResponse.EventOneofCase.ProcessLoader => ("loader", message.ProcessLoader.Process, null),
        GetEventsResponse.EventOneofCase.ProcessUprobe => ("uprobe", message.ProcessUprobe.Process, message.ProcessUprobe.Parent),
        GetEventsResponse.EventOneofCase.ProcessLsm => ("lsm", message.ProcessLsm.Process, message.ProcessLsm.Parent),
        GetEventsResponse.EventOneofCase.ProcessUsdt => ("usdt", message.ProcessUsdt.Process, message.ProcessUsdt.Parent),
        GetEventsResponse.EventOneofCase.ProcessConnect => ("connect", message.ProcessConnect.Process, message.ProcessConnect.Parent),
        GetEventsResponse.EventOneofCase.ProcessClose => ("close", message.ProcessClose.Process, message.ProcessClose.Parent),
        _ => ("listen", message.ProcessListen.Process, message.ProcessListen.Parent),
    };

    private ProcessEvent Called(ProcessEvent one, string function, string policy, KprobeAction action, string message, IEnumerable<KprobeArgument> arguments)
    {
        var all = arguments.ToList();
        var (source, destination) = all.Select(Ends).FirstOrDefault(static ends => ends.Destination.Length > 0 || ends.Source.Length > 0, (Source: "", Destination: ""));
        var detail = string.Join(", ", all.Select(Text).Where(static text => text.Length > 0));
        return one with
        {
            Function = Cut(function), Policy = Cut(policy), Action = Enum.IsDefined(action) && action != KprobeAction.Unknown ? action.ToString().ToLowerInvariant() : "",
            Detail = Cut(message.Length > 0 && detail.Length > 0 ? $"{message}: {detail}" : message + detail), Source = Cut(source), Destination = Cut(destination),
        };
    }

    private ProcessEvent Between(ProcessEvent one, ProcessConnection connection) => one with
    {
        Source = Cut(End(connection.SourceIp, connection.SourcePort)), Destination = Cut(End(connection.DestinationIp, connection.DestinationPort)),
    };

    private static string Exit(ProcessExit exit) => exit.Signal.Length > 0 ? exit.Signal : string.Create(CultureInfo.InvariantCulture, $"status {exit.Status}");

    private static (string Source, string Destination) Ends(KprobeArgument argument) => argument.ArgCase switch
    {
        KprobeArgument.ArgOneofCase.SockArg => (End(argument.SockArg.Saddr, argument.SockArg.Sport), End(argument.SockArg.Daddr, argument.SockArg.Dport)),
        KprobeArgument.ArgOneofCase.SkbArg => (End(argument.SkbArg.Saddr, argument.SkbArg.Sport), End(argument.SkbArg.Daddr, argument.SkbArg.Dport)),
        // A sockaddr holds one address, and hooks of connect() have the other end in it.
        KprobeArgument.ArgOneofCase.SockaddrArg => ("", End(argument.SockaddrArg.Addr, argument.SockaddrArg.Port)),
        _ => ("", ""),
    };

    private static string Text(KprobeArgument argument) => argument.ArgCase switch
    {
        KprobeArgument.ArgOneofCase.StringArg => argument.StringArg,
        KprobeArgument.ArgOneofCase.IntArg => argument.IntArg.ToString(CultureInfo.InvariantCulture),
        KprobeArgument.ArgOneofCase.SizeArg => argument.SizeArg.ToString(CultureInfo.InvariantCulture),
        KprobeArgument.ArgOneofCase.LongArg => argument.LongArg.ToString(CultureInfo.InvariantCulture),
        KprobeArgument.ArgOneofCase.UintArg => argument.UintArg.ToString(CultureInfo.InvariantCulture),
        KprobeArgument.ArgOneofCase.PathArg => argument.PathArg.Path,
        KprobeArgument.ArgOneofCase.FileArg => argument.FileArg.Path,
        KprobeArgument.ArgOneofCase.SockArg => argument.SockArg.Protocol,
        KprobeArgument.ArgOneofCase.SkbArg => argument.SkbArg.Protocol,
        _ => "",
    };

    private static string End(string address, uint port)
    {
        if (address.Length == 0) return "";
        return IPAddress.TryParse(address, out var ip) && port <= ushort.MaxValue ? new IPEndPoint(ip, (int)port).ToString() : string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
    }

    private string Cut(string? text) => text is null ? "" : text.Length <= maxText ? text : text[..maxText] + "…";

    /// <summary>An action that later versions may have, which the parser takes for a mistake. In a text of the event the quotes would be escaped.</summary>
    [GeneratedRegex("\"action\":\\s*\"KPROBE_ACTION_[A-Z_]+\"", RegexOptions.CultureInvariant)]
    private static partial Regex Action();
}
