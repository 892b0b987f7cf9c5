using System.Globalization;
using Weir.Linux.Bpf;
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
    public void Counters_have_the_numbers_that_they_have_in_C()
    {
        var c = Types.Enumeration("weir_counter").Members
            .Where(member => member.Name is not ("WEIR_COUNTERS" or "WEIR_COUNT_TLS_FIRST") && member.Value < 32)
            .Select(member => (Name: Pascal(member.Name.Replace("WEIR_COUNT_", "", StringComparison.Ordinal).Replace("WEIR_LOST_", "", StringComparison.Ordinal)), member.Value))
            .Order();
        Assert.Equal(c, Enum.GetValues<BpfCounter>().Where(counter => (int)counter < 32).Select(counter => (counter.ToString(), (long)counter)).Order());
    }

    private static void Compare<T>(BtfType c)
        where T : unmanaged
    {
        Assert.Equal(c.Size, Layout.SizeOf<T>());
        Assert.Equal(
            c.Members.Select(member => (Pascal(member.Name), member.Value)),
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
