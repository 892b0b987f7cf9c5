using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Deploy;

/// <summary>The container image, built by <c>./dev image</c> of this machine's own files and run with podman.</summary>
public sealed class ImageTests : IDisposable
{
    /// <summary>podman's own failures, not those of what it runs (podman-run(1), exit status).</summary>
    private static readonly int[] s_runtimeFailures = [125, 126, 127];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-image-");
    private readonly string _namespace = $"weir-image-{Environment.ProcessId}";

    [SkippableFact]
    public async Task The_image_captures_with_CAP_NET_RAW_alone_and_is_nobody_by_default()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "network and mount namespaces need root");
        foreach (var tool in new[] { "buildah", "podman", "crun", "unshare", "curl", "ldd" })
            Skip.IfNot(Child.Exists(tool), $"{tool} is not installed");
        Skip.IfNot(Directory.Exists(RepositoryRoot.Combine("web/dist")), "needs the page: ./dev build");
        var storage = Path.Combine(_folder.FullName, "storage.conf");
        await File.WriteAllTextAsync(storage, $"[storage]\ndriver = \"vfs\"\ngraphroot = \"{_folder.FullName}/root\"\nrunroot = \"{_folder.FullName}/run\"\n");
        string[] environment = [$"CONTAINERS_STORAGE_CONF={storage}", "BUILDAH_ISOLATION=chroot"];
        using (var build = Child.Start("env", [.. environment, RepositoryRoot.Combine("dev"), "image", "--local", "localhost/weir-test"]))
        {
            var (code, output, errors) = await build.Finish(TimeSpan.FromMinutes(15));
            Assert.True(code == 0, output + errors);
        }

        await Child.Output("ip", "netns", "add", _namespace);
        await Child.Output("ip", "-n", _namespace, "link", "set", "lo", "up");
        using var server = NetworkLab.In(_namespace, "python3", "-m", "http.server", "8080", "--bind", "127.0.0.1", "-d", _folder.FullName);
        for (var attempt = 0; !(await Child.Output("ip", "netns", "exec", _namespace, "ss", "-tln")).Contains(":8080", StringComparison.Ordinal); attempt++)
        {
            Assert.True(attempt < 600, "the server does not listen");
            await Task.Delay(100);
        }

        using var run = Child.Start(
            "env", [.. environment, "unshare", "-m", "--propagation", "private", "sh", RepositoryRoot.Combine("test/Weir.EndToEnd.Tests/Deploy/run_image.sh"), "localhost/weir-test", _namespace, "NET_RAW"]);
        var (status, said, complaints) = await run.Finish(TimeSpan.FromMinutes(5));
        Skip.If(Array.IndexOf(s_runtimeFailures, status) >= 0, $"podman runs no containers here: {complaints.Trim()}");
        Assert.True(status == 0, said + complaints);
        var lines = said.Split('\n');
        Assert.Contains("default user: 1654", lines);
        // CAP_NET_RAW is bit 13 (linux/capability.h).
        Assert.Contains("CapEff 0000000000002000", lines);
        Assert.Contains("NoNewPrivs 1", lines);
        var calls = lines.Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["/one", "/two"], calls.Select(call => call.GetProperty("request").GetProperty("path").GetString()));
        Assert.Contains(lines, line => line.EndsWith("nothing was lost", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        using var remove = System.Diagnostics.Process.Start("ip", ["netns", "del", _namespace]);
        remove.WaitForExit();
        _folder.Delete(recursive: true);
    }
}
