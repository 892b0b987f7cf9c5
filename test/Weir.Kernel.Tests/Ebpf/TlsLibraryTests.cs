using System.Globalization;
using Weir.Capture;
using Weir.Capture.Ebpf.Tls;
using Xunit;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>Libraries that are not where their path says, come late, or are seen twice; and what is left when the probe goes.</summary>
public class TlsLibraryTests
{
    private const string SystemFolder = "/usr/lib/x86_64-linux-gnu";

    /// <summary>As after an upgrade under running processes: their file has no name any more.</summary>
    [SkippableFact]
    public void A_library_that_was_deleted_is_read()
    {
        EbpfCapture.RequireOrSkip();
        using var folder = new LibraryCopy();
        using var server = new OwnServer();
        using var client = PythonWith(folder.Path, server.Port, "exec");
        TlsPeers.Round(client, "before");
        folder.DeleteLibraries();
        using var capture = TlsCaptureTests.Open(server.Port);
        Assert.Contains(capture.Tls!.Files, file => file.Path.EndsWith("libssl.so.3 (deleted)", StringComparison.Ordinal) && file.Failure is null);
        TlsPeers.Round(client, "after");
        Assert.Equal(3, capture.WaitFor(3).Count);
        Assert.All(capture.Stop(), call => Assert.Equal(client.Id, TlsCaptureTests.Pid(call, "client")));
    }

    /// <summary>As in a container: the path leads nowhere, or elsewhere, on the host.</summary>
    [SkippableFact]
    public void A_library_in_another_mount_namespace_is_read()
    {
        EbpfCapture.RequireOrSkip();
        Skip.IfNot(File.Exists("/usr/bin/unshare"), "unshare (util-linux) is not installed");
        using var folder = new LibraryCopy(copy: false);
        using var server = new OwnServer();
        var mount = $"mount -t tmpfs none {folder.Path} && cp {SystemFolder}/libssl.so.3 {SystemFolder}/libcrypto.so.3 {folder.Path} && exec";
        using var client = PythonWith(folder.Path, server.Port, mount);
        TlsPeers.Round(client, "before");
        Assert.Empty(Directory.GetFiles(folder.Path));
        using var capture = TlsCaptureTests.Open(server.Port);
        TlsPeers.Round(client, "after");
        Assert.Equal(3, capture.WaitFor(3).Count);
        Assert.All(capture.Stop(), call => Assert.Equal(client.Id, TlsCaptureTests.Pid(call, "client")));
    }

    [SkippableFact]
    public void A_library_that_no_process_had_when_the_probe_started_is_found()
    {
        EbpfCapture.RequireOrSkip();
        using var folder = new LibraryCopy();
        using var server = new OwnServer();
        using var capture = TlsCaptureTests.Open(server.Port);
        using var client = PythonWith(folder.Path, server.Port, "exec");
        WaitUntil(() => capture.Tls!.Files.Any(file => file.Path.StartsWith(folder.Path, StringComparison.Ordinal) && file.Probes > 0));
        TlsPeers.Round(client, "a");
        capture.WaitFor(3);
        Assert.Equal(3, capture.Stop().Count);
    }

    /// <summary>Two mounts that share a file show it under two numbers; its probes run twice, each call is told once.</summary>
    [SkippableFact]
    public void A_library_that_is_seen_through_two_mounts_tells_each_call_once()
    {
        EbpfCapture.RequireOrSkip();
        Skip.IfNot(File.Exists("/usr/bin/unshare"), "unshare (util-linux) is not installed");
        using var lower = new LibraryCopy();
        using var server = new OwnServer();
        using var folders = new LibraryCopy(copy: false);
        var clients = new List<Peer>();
        try
        {
            for (var i = 0; i < 2; i++)
            {
                var merged = Path.Combine(folders.Path, $"merged{i}");
                Directory.CreateDirectory(merged);
                var mount = $"mount -t tmpfs none {folders.Path} && mkdir -p {folders.Path}/up {folders.Path}/work {merged} && "
                    + $"mount -t overlay overlay -o lowerdir={lower.Path},upperdir={folders.Path}/up,workdir={folders.Path}/work {merged} && exec";
                clients.Add(PythonWith(merged, server.Port, mount));
            }

            try
            {
                foreach (var client in clients) TlsPeers.Round(client, "before");
            }
            catch (Exception error) when (error is InvalidOperationException or IOException)
            {
                Skip.If(true, "this kernel has no overlay file system");
            }

            using var capture = TlsCaptureTests.Open(server.Port);
            Assert.Equal(2, capture.Tls!.Files.Count(file => file.Path.StartsWith(folders.Path, StringComparison.Ordinal)));
            foreach (var client in clients) TlsPeers.Round(client, "after");
            capture.WaitFor(6);
            Assert.Equal(6, capture.Stop().Count);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    [SkippableFact]
    public void Closing_gives_back_every_descriptor()
    {
        EbpfCapture.RequireOrSkip();
        using var server = TlsPeers.Server("node");
        Cycle();
        var before = Directory.GetFiles("/proc/self/fd").Length;
        for (var i = 0; i < 3; i++) Cycle();
        // What an earlier test left to the collector may go meanwhile.
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before);

        static void Cycle()
        {
            using var source = new EbpfCaptureSource(new EbpfOptions { RingBytes = 256 << 10 });
            Assert.True(source.Tls!.WaitUntilAttached(TimeSpan.FromSeconds(60)));
            Assert.Contains(source.Tls.Files, file => file.Probes > 0);
        }
    }

    [SkippableFact]
    public void Processes_that_come_and_go_leave_no_descriptor_behind()
    {
        EbpfCapture.RequireOrSkip();
        using var server = new OwnServer();
        using var capture = TlsCaptureTests.Open(server.Port);
        Calls(2);
        var before = Directory.GetFiles("/proc/self/fd").Count(IsPerfOrBpf);
        Calls(5);
        WaitUntil(() => Directory.GetFiles("/proc/self/fd").Count(IsPerfOrBpf) <= before);

        void Calls(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var client = TlsPeers.Client("node", server.Port);
                TlsPeers.Round(client, "a");
            }
        }

        static bool IsPerfOrBpf(string descriptor) => new FileInfo(descriptor).LinkTarget is { } target
            && (target.Contains("perf_event", StringComparison.Ordinal) || target.Contains("bpf", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void A_connection_of_an_unknown_library_is_told_to_stay_encrypted()
    {
        EbpfCapture.RequireOrSkip();
        Skip.IfNot(File.Exists("/usr/bin/openssl"), "openssl is not installed");
        using var server = new OwnServer();
        using var capture = TlsCaptureTests.Open(server.Port);
        // What looks like TLS and goes through no library: a record of alerts, again and again.
        using var client = Peer.Python(
            """
            import socket, sys, time
            connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            hello = bytes.fromhex("010000" + "2f" + "0303" + "00" * 32 + "00" + "0002" + "1301" + "0100" + "0000")
            connection.send(bytes.fromhex("160301") + len(hello).to_bytes(2, "big") + hello)
            time.sleep(60)
            """, server.Port.ToString(CultureInfo.InvariantCulture));
        WaitUntil(() => capture.Tls!.Opaque.Keys.Any(process => process.Name == "python3"));
        capture.Stop();
        Assert.True(capture.Losses()["tls_opaque"] >= 1);
    }

    private static void WaitUntil(Func<bool> condition)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(20), "it did not happen in 20 s");
            Thread.Sleep(50);
        }
    }

    /// <summary>The client of <see cref="TlsPeers"/> with libraries from a folder, started by a shell in a mount namespace of its own.</summary>
    private static Peer PythonWith(string folder, int port, string before)
    {
        var directory = Directory.CreateTempSubdirectory("weir-tls-");
        var script = Peer.Script(directory, "client.py", TlsPeers.PythonClient);
        var start = Peer.Start("sh", "");
        start.Arguments = "";
        start.FileName = File.Exists("/usr/bin/unshare") ? "/usr/bin/unshare" : "/bin/sh";
        foreach (var argument in start.FileName == "/bin/sh" ? (string[])["-c"] : ["-m", "--propagation", "private", "sh", "-c"]) start.ArgumentList.Add(argument);
        start.ArgumentList.Add($"{before} env LD_LIBRARY_PATH={folder} /usr/bin/python3 {script} {port} {TlsPeers.Certificate}");
        return Peer.Run(start, directory, 0, _ => { });
    }

    /// <summary>A folder with libssl and libcrypto of this system.</summary>
    private sealed class LibraryCopy : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-libraries-");

        public LibraryCopy(bool copy = true)
        {
            Skip.IfNot(File.Exists($"{SystemFolder}/libssl.so.3") && File.Exists("/usr/bin/python3"), "needs libssl3 and python3 of Debian");
            if (!copy) return;
            foreach (var name in (string[])["libssl.so.3", "libcrypto.so.3"]) File.Copy($"{SystemFolder}/{name}", System.IO.Path.Combine(Path, name));
        }

        public string Path => _directory.FullName;

        public void DeleteLibraries()
        {
            foreach (var file in _directory.GetFiles()) file.Delete();
        }

        public void Dispose() => _directory.Delete(recursive: true);
    }
}
