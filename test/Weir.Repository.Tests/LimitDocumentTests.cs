using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Weir.Repository.Tests;

/// <summary>docs/limits.md has a row for every property of every …Limits record: its default, what happens there, and the test of it.</summary>
public partial class LimitDocumentTests
{
    private const string Document = "docs/limits.md";

    /// <summary>Rows that may still name no test; the number only goes down.</summary>
    private const int MostWithoutTest = 1;

    private static readonly ImmutableArray<Assembly> s_assemblies =
    [
        typeof(Packets.FragmentLimits).Assembly, typeof(Streams.StreamLimits).Assembly, typeof(Protocols.Http1.Http1Limits).Assembly,
        typeof(Records.Exchange).Assembly, typeof(Privacy.Rules.RuleLimits).Assembly, typeof(Probe.PacketRecorderLimits).Assembly,
        typeof(Export.Spool.SpoolLimits).Assembly, typeof(Center.Live.LiveLimits).Assembly, typeof(Flows.FlowMeterLimits).Assembly,
        typeof(Storage.SqliteStoreOptions).Assembly, typeof(Capture.LiveCaptureOptions).Assembly, typeof(Manifests.ManifestLimits).Assembly,
        typeof(Rpc.RpcLimits).Assembly, typeof(Kubernetes.KubernetesLimits).Assembly,
        typeof(Inventory.CatalogueLimits).Assembly, typeof(Specs.SpecLimits).Assembly,
    ];

    private static IEnumerable<string[]> Rows => Repository.Read(Document).Split('\n')
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]);

    private static IEnumerable<(string Name, string Default)> Limits =>
        from assembly in s_assemblies
        from type in assembly.GetTypes()
        where type.Name.EndsWith("Limits", StringComparison.Ordinal) && type.GetMethod("<Clone>$") is not null
        let limits = Default(type)
        from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
        select ($"{type.Name}.{property.Name}", Format(property.Name, property.GetValue(limits)!));

    [Fact]
    public void Every_limit_has_a_row_with_its_default_and_no_row_is_left_over()
    {
        Assert.Equal(s_assemblies.Length, s_assemblies.Distinct().Count());
        Assert.Equal(
            Limits.Select(limit => $"{limit.Name} = {limit.Default}").Order(StringComparer.Ordinal),
            Rows.Select(row => $"{row[0].Trim('`')} = {row[1]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_row_says_what_happens_why_and_names_a_test_that_exists()
    {
        var tests = Repository.Below("test", ".cs").SelectMany(file => Test().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value)).ToHashSet();
        var without = 0;
        foreach (var row in Rows)
        {
            Assert.Equal(5, row.Length);
            Assert.All(row, cell => Assert.NotEmpty(cell));
            if (row[4] == "none") without++;
            else Assert.True(tests.Contains(row[4].Trim('`')), $"{row[0]}: there is no test {row[4]}");
        }

        Assert.InRange(without, 0, MostWithoutTest);
    }

    /// <summary>What a program gets that changes nothing.</summary>
    private static object Default(Type type)
    {
        if (type.GetProperty("Default", BindingFlags.Static | BindingFlags.Public) is { } shared) return shared.GetValue(null)!;
        var constructor = type.GetConstructors().MinBy(one => one.GetParameters().Length)!;
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => parameter.DefaultValue)]);
    }

    private static string Format(string name, object value) => value switch
    {
        TimeSpan time => Time((long)time.TotalMilliseconds),
        _ when name.EndsWith("Ns", StringComparison.Ordinal) => Time(Whole(value) / 1_000_000),
        _ when name.EndsWith("Ms", StringComparison.Ordinal) || name.EndsWith("Milliseconds", StringComparison.Ordinal) => Time(Whole(value)),
        _ when name.Contains("Bytes", StringComparison.Ordinal) => Size(Whole(value)) + (name.EndsWith("PerSecond", StringComparison.Ordinal) ? "/s" : ""),
        _ => Whole(value).ToString("#,0", CultureInfo.InvariantCulture),
    };

    private static long Whole(object value) => Convert.ToInt64(value, CultureInfo.InvariantCulture);

    private static string Time(long ms) => ms % 1000 == 0 ? $"{ms / 1000} s" : $"{ms} ms";

    private static string Size(long bytes) => bytes switch
    {
        >= 1 << 30 when bytes % (1 << 30) == 0 => $"{bytes >> 30} GiB",
        >= 1 << 20 when bytes % (1 << 20) == 0 => $"{bytes >> 20} MiB",
        >= 1 << 10 when bytes % (1 << 10) == 0 => $"{bytes >> 10} KiB",
        _ => $"{bytes} B",
    };

    [GeneratedRegex(@"public (?:async Task|void|Task) ([A-Z]\w+)\(")]
    private static partial Regex Test();
}
