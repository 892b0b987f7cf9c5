using System.Globalization;
using System.Text.RegularExpressions;
using Weir.Flows.Accounting;
using Weir.Linux.Bpf;
using Weir.Testing;
using Xunit;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>What C and C# say of the same memory, compared member by member.</summary>
public class ContractTests
{
    private static BtfReader Types
    {
        get
        {
            Skip.IfNot(BpfObjects.IsCompiled("sockets"), "this build has no kernel programs: clang or the headers of libbpf were missing");
            return new BtfReader(BpfObjects.Read("sockets"));
        }
    }

    [SkippableFact]
    public void An_event_is_laid_out_as_its_header_in_C()
    {
        Assert.Equal(EventHeader.Bytes, Layout.SizeOf<EventHeader>());
        Compare<EventHeader>(Types.Structure("weir_event"));
    }

    [SkippableFact]
    public void Configuration_is_laid_out_as_in_C()
    {
        Compare<ProgramConfig>(Types.Structure("weir_config"));
        Compare<SystemCalls>(Types.Structure("weir_calls"));
        Compare<ProgramControl>(Types.Structure("weir_control"));
        Compare<ProgramConfig.PortSpan>(Types.Structure("weir_port_range"));
    }

    [SkippableFact]
    public void A_notice_is_laid_out_as_in_C()
    {
        Skip.IfNot(BpfObjects.IsCompiled("tls"), "this build has no kernel programs: clang or the headers of libbpf were missing");
        Compare<TlsNotice>(new BtfReader(BpfObjects.Read("tls")).Structure("weir_tls_notice"));
    }

    [SkippableFact]
    public void What_is_counted_is_laid_out_as_in_C()
    {
        Skip.IfNot(BpfObjects.IsCompiled("traffic"), "this build has no kernel programs: clang or the headers of libbpf were missing");
        var types = new BtfReader(BpfObjects.Read("traffic"));
        Compare<TrafficConfig>(types.Structure("weir_traffic_config"));
        Compare<TrafficRowKey>(types.Structure("weir_traffic_key"));
        Compare<TrafficRowCounts>(types.Structure("weir_traffic_counts"));
        Assert.Equal(TrafficFrameHeader.Bytes, Layout.SizeOf<TrafficFrameHeader>());
        // What follows the header is the frame.
        var frame = types.Structure("weir_traffic_frame");
        Assert.Equal(frame.Members.SkipLast(1).Select(member => member.Offset), Layout.FieldsOf<TrafficFrameHeader>().Select(field => field.Offset));
        Assert.Equal((TrafficFrameHeader.Bytes, TrafficFrameHeader.Bytes + TrafficFrameHeader.MaxData), ((int)frame.Members[^1].Offset, frame.Size));
    }

    [Fact]
    public void TLS_libraries_have_the_numbers_that_they_have_in_C()
    {
        var header = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "bpf/contract/tls.h"));
        foreach (var library in Enum.GetValues<TlsLibrary>().Where(library => library != TlsLibrary.None))
            Assert.Contains($"WEIR_TLS_{library.ToString().ToUpperInvariant()} = {(int)library},", header, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_have_the_numbers_that_they_have_in_C()
    {
        Compare<EventKind>("event.h", "WEIR_KIND_");
        Compare<EventRole>("event.h", "WEIR_ROLE_");
        Compare<EventProtocol>("event.h", "WEIR_PROTOCOL_");
        Compare<EventBinding>("event.h", "WEIR_BINDING_");
        Compare<EventFlags>("event.h", "WEIR_FLAG_", "None");
        Compare<CaptureLevel>("config.h", "WEIR_LEVEL_");
        Compare<BpfCounter>("counters.h", "WEIR_(?:COUNT|LOST)_(?!TLS_)");
        Compare<TlsCounter>("counters.h", "WEIR_(?:COUNT|LOST)_TLS_(?!FIRST)");
        Compare<DeviceKind>("traffic.h", "WEIR_DEVICE_");
        Compare<TunnelPortKind>("traffic.h", "WEIR_PORT_");
        Compare<TrafficKind>("traffic.h", "WEIR_TRAFFIC_", nameof(TrafficKind.Unreadable));
        Compare<TlsNoticeKind>("tls.h", "WEIR_TLS_NOTICE_", "None");
        Compare<TlsProcessFlags>("tls.h", "WEIR_TLS_PROCESS_", "None");
        Compare<TlsResult>("tls.h", "WEIR_TLS_(?=RETURNS|WRITES|MOVES)");
    }

    private static void Compare<T>(string header, string prefix, params string[] onlyHere)
        where T : struct, Enum
    {
        var text = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "bpf/contract", header));
        var inC = Regex.Matches(text, @"^\t" + prefix + @"(\w+) = (\d+)(?:u << (\d+))?,", RegexOptions.Multiline)
            .Select(match => (Pascal(match.Groups[1].Value), long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)
                << (match.Groups[3].Success ? int.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture) : 0)))
            .ToList();
        Assert.NotEmpty(inC);
        Assert.Equal(
            inC.Order(),
            Enum.GetValues<T>().Select(value => (value.ToString(), Convert.ToInt64(value, CultureInfo.InvariantCulture))).Where(one => !onlyHere.Contains(one.Item1)).Order());
    }

    private static void Compare<T>(BtfType c)
        where T : unmanaged
    {
        Assert.Equal(c.Size, Layout.SizeOf<T>());
        Assert.Equal(
            c.Members.Select(member => (Pascal(member.Name), member.Offset)),
            Layout.FieldsOf<T>().Select(field => (Alias(field.Name), field.Offset)));
    }

    /// <summary>A C name as C# spells it; names that say more in C# are told here.</summary>
    private static string Alias(string field) => field switch
    {
        "_padding" => "Padding",
        "Own" => "OwnProcesses",
        _ when field.StartsWith('<') => field[1..field.IndexOf('>', StringComparison.Ordinal)],
        _ => field,
    };

    private static string Pascal(string snake) => string.Concat(
        snake.ToLowerInvariant().Split('_').Select(word => char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..]));
}
