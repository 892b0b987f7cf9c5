using System.Reflection;
using System.Text.Json;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary><c>weir doctor</c>: its answers are those of this host, and its exit code says whether Weir can work.</summary>
public sealed class DoctorCommandTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-doctor-");

    [SkippableFact]
    public async Task Every_question_is_answered_once_and_the_exit_code_says_whether_something_needed_is_missing()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the questions of Linux");
        var (code, report, errors) = await Ask("dotnet", WeirCommand.Assembly, "doctor", "--json", "--data", _folder.FullName);
        Assert.Empty(errors);
        var ids = Checks(report).Keys;
        Assert.Superset(
            new HashSet<string>
            {
                "platform", "capabilities", "cap-net-raw", "packet-socket", "fanout", "ring-memory", "libpcap", "store", "data-directory", "disk",
            },
            ids.ToHashSet());
        Assert.Equal(report.GetProperty("checks").GetArrayLength(), ids.Count);
        Assert.Equal(report.GetProperty("ok").GetBoolean() ? 0 : 1, code);
        Assert.Equal("yes", Checks(report)["store"].GetProperty("verdict").GetString());
        Assert.Empty(_folder.GetFiles());
        Assert.All(report.GetProperty("checks").EnumerateArray(), one =>
        {
            if (one.GetProperty("verdict").GetString() == "no")
                Assert.NotEqual("", one.GetProperty("remedy").GetString() + one.GetProperty("detail").GetString());
        });
    }

    [SkippableFact]
    public async Task As_root_there_is_every_way_to_capture()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "needs root");
        var (code, report, _) = await Ask("dotnet", WeirCommand.Assembly, "doctor", "--json", "--data", _folder.FullName);
        var checks = Checks(report);
        foreach (var id in (string[])["cap-net-raw", "packet-socket", "fanout", "ring-memory"])
            Assert.Equal("yes", checks[id].GetProperty("verdict").GetString());
        Assert.Contains("lo", checks["packet-socket"].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [SkippableFact]
    public async Task Without_the_capability_it_says_what_to_do_and_ends_with_1()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess && Child.Exists("setpriv"), "needs root and setpriv");
        var (code, report, _) = await Ask(
            "setpriv", "--bounding-set=-all", "--inh-caps=-all", "--reuid=65534", "--regid=65534", "--clear-groups",
            "env", "HOME=/tmp", "dotnet", WeirCommand.Assembly, "doctor", "--json", "--data", "/tmp/weir-doctor-nobody");
        Assert.Equal(1, code);
        var checks = Checks(report);
        Assert.Equal("no", checks["packet-socket"].GetProperty("verdict").GetString());
        Assert.Equal("no", checks["cap-net-raw"].GetProperty("verdict").GetString());
        Assert.Contains("setcap cap_net_raw+ep", checks["cap-net-raw"].GetProperty("remedy").GetString(), StringComparison.Ordinal);
        // The store needs no rights.
        Assert.Equal("yes", checks["store"].GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_told()
    {
        var file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "");
        var (_, report, _) = await Ask("dotnet", WeirCommand.Assembly, "doctor", "--json", "--data", "/proc/weir");
        Assert.Equal("no", Checks(report)["data-directory"].GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task For_people_it_is_lines_with_yes_or_no()
    {
        using var child = WeirCommand.Start("doctor", "--data", _folder.FullName);
        var (_, output, _) = await child.Finish(Limit);
        Assert.Contains("\nyes  embedded store (SQLite): SQLite ", output, StringComparison.Ordinal);
        Assert.All(output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1), line => Assert.Matches("^(yes  |no   |     )", line));
    }

    [Theory]
    [InlineData(false, true, "root")]
    [InlineData(true, false, "Npcap")]
    public void Another_system_is_told_what_it_lacks(bool windows, bool mac, string rights)
    {
        // As that system would see it; the command itself runs on this one.
        var check = Assembly.LoadFrom(WeirCommand.Assembly).GetType("Weir.Cli.Doctor.PlatformCheck")!;
        var findings = ((IEnumerable<object>)check.GetMethod("Findings", BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, [false, mac, windows, "that"])!)
            .Select(one => one.ToString()!).ToList();
        Assert.Contains(findings, one => one.Contains("Id = platform", StringComparison.Ordinal) && one.Contains("Verdict = No", StringComparison.Ordinal) && one.Contains("eBPF", StringComparison.Ordinal));
        Assert.Contains(findings, one => one.Contains("--source vxlan", StringComparison.Ordinal));
        Assert.Contains(findings, one => one.Contains(rights, StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    internal static async Task<(int ExitCode, JsonElement Report, string Errors)> Ask(string program, params string[] arguments)
    {
        using var child = Child.Start(program, arguments);
        var (code, output, errors) = await child.Finish(Limit);
        return (code, JsonDocument.Parse(output).RootElement, errors);
    }

    internal static Dictionary<string, JsonElement> Checks(JsonElement report) =>
        report.GetProperty("checks").EnumerateArray().ToDictionary(one => one.GetProperty("id").GetString()!);
}
