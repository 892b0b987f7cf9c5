using System.Diagnostics;
using System.Text.Json;
using Weir.Testing;
using Xunit;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>
/// Other kernels, booted in qemu with the built weir inside (eng/boot-kernel). Their images are looked for in artifacts/kernels, where
/// <c>./dev test</c> puts those of Debian.
/// </summary>
public class KernelMatrixTests
{
    [SkippableTheory]
    [InlineData("6.1.")]
    [InlineData("6.12.")]
    public void Every_program_passes_the_verifier_and_plain_http_is_seen(string version)
    {
        var folder = Path.Combine(RepositoryRoot.Path, "artifacts/kernels");
        var image = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, $"vmlinuz-{version}*").Order().LastOrDefault() : null;
        Skip.If(image is null, $"no artifacts/kernels/vmlinuz-{version}*");
        Skip.IfNot(File.Exists("/usr/bin/qemu-system-x86_64"), "qemu-system-x86 is not installed");
        Skip.IfNot(File.Exists("/usr/bin/busybox") || File.Exists("/bin/busybox"), "busybox-static is not installed");
        var weir = Path.Combine(RepositoryRoot.Path, "src/Weir/bin/Release/net10.0");
        Skip.IfNot(File.Exists(Path.Combine(weir, "weir.dll")), "src/Weir is not built in Release");

        var start = new ProcessStartInfo("/bin/sh", [Path.Combine(RepositoryRoot.Path, "eng/boot-kernel"), image!]) { RedirectStandardOutput = true };
        using var guest = Process.Start(start)!;
        var lines = guest.StandardOutput.ReadToEnd().Split('\n');
        guest.WaitForExit();
        var output = string.Join('\n', lines);
        Assert.Contains($"kernel {version}", output, StringComparison.Ordinal);
        Assert.Contains("yes  capture at sockets (--source ebpf): loaded and attached", output, StringComparison.Ordinal);
        Assert.Contains("yes  capture by system calls, for older kernels: loaded and attached", output, StringComparison.Ordinal);
        Assert.Equal(version != "6.1.", output.Contains("yes  sends and receives told by sockets", StringComparison.Ordinal));
        // Whether there is a library to read from or not, the programs must pass.
        Assert.Contains(version == "6.1." ? "no   TLS in the clear: TLS stays encrypted: eBPF: a session" : "yes  TLS in the clear", output, StringComparison.Ordinal);
        var calls = lines.Where(line => line.StartsWith("call {", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line.AsMemory(5)).RootElement).ToList();
        Assert.Equal(["n=1", "n=2", "n=3"], calls.Select(call => call.GetProperty("request").GetProperty("query").GetString()));
        Assert.All(calls, call => Assert.True(call.GetProperty("complete").GetBoolean(), call.GetRawText()));
        Assert.All(calls, call => Assert.Equal("ok\n", call.GetProperty("response").GetProperty("body").GetString()));
        Assert.All(calls, call => Assert.Equal("wget", call.GetProperty("client").GetProperty("process").GetProperty("name").GetString()));
        Assert.All(calls, call => Assert.Equal("httpd", call.GetProperty("server").GetProperty("process").GetProperty("name").GetString()));
        Assert.Contains("yes  bytes of all traffic counted in the kernel: loaded and attached", output, StringComparison.Ordinal);
        var counts = lines.Where(line => line.StartsWith("count {", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line.AsMemory(6)).RootElement).ToList();
        // Three calls of at least ten frames each.
        Assert.All(counts, count => Assert.Equal(("lo", "127.0.0.1"), (count.GetProperty("device").GetString(), count.GetProperty("source").GetString())));
        Assert.InRange(counts.Sum(count => count.GetProperty("packets").GetInt64()), 30, 60);
        Assert.DoesNotContain("stream_gaps", output, StringComparison.Ordinal);
    }
}
