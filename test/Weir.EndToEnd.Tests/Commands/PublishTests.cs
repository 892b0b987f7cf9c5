using System.Runtime.InteropServices;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary><c>./dev publish</c> for a platform that is not this one: its files start here, except for the native library.</summary>
public sealed class PublishTests : IDisposable
{
    private static readonly string s_platform = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-x64" : "linux-arm64";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-publish-");

    [SkippableFact]
    public async Task What_is_published_for_another_platform_starts_and_has_that_platform_s_library()
    {
        Skip.IfNot(Directory.Exists(RepositoryRoot.Combine("web/dist")), "needs the page: ./dev build");
        using (var publish = Child.Start(RepositoryRoot.Combine("dev"), "publish", _folder.FullName, s_platform))
        {
            var (code, output, errors) = await publish.Finish(TimeSpan.FromMinutes(15));
            Assert.True(code == 0, output + errors);
        }

        var target = Path.Combine(_folder.FullName, s_platform);
        var files = Directory.GetFiles(target).Select(file => Path.GetFileName(file)).ToList();
        Assert.Contains("weir", files);
        Assert.Contains("weir.runtimeconfig.json", files);
        Assert.DoesNotContain(files, file => file!.EndsWith(".xml", StringComparison.Ordinal));

        // e_machine of the ELF header: EM_AARCH64 or EM_X86_64.
        var library = await File.ReadAllBytesAsync(Path.Combine(target, "libe_sqlite3.so"));
        Assert.Equal(s_platform == "linux-arm64" ? 183 : 62, BitConverter.ToUInt16(library, 18));

        Assert.Contains("every API call", await Child.Output("dotnet", Path.Combine(target, "weir.dll"), "--help"), StringComparison.Ordinal);
        // Of the other platform only the store is missing, and that is said with exit code 1.
        var (ended, report, _) = await DoctorCommandTests.Ask("dotnet", Path.Combine(target, "weir.dll"), "doctor", "--json", "--data", _folder.FullName);
        Assert.Equal(1, ended);
        var store = DoctorCommandTests.Checks(report)["store"];
        Assert.Equal(("no", "required"), (store.GetProperty("verdict").GetString(), store.GetProperty("need").GetString()));
        Assert.Contains("e_sqlite3", store.GetProperty("detail").GetString(), StringComparison.Ordinal);

        if (!(await File.ReadAllTextAsync(Path.Combine(target, "weir"))).StartsWith("#!", StringComparison.Ordinal)) return;
        // A link to the launcher works from anywhere.
        var link = Path.Combine(_folder.FullName, "link");
        File.CreateSymbolicLink(link, Path.Combine(target, "weir"));
        Assert.Contains("sniff", await Child.Output(link, "--help"), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
