using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Weir.Rpc.Health.V1;
using Weir.Rpc.Tests.Protos;
using Weir.Testing;

namespace Weir.Rpc.Tests.Peers;

/// <summary>rpc_peer.py in a process of its own, with a folder of what it needs.</summary>
internal sealed partial class PythonPeer : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private PythonPeer(string mode, string address, TestCertificates folder, string security)
    {
        WriteDescriptors(folder.Path);
        var start = new ProcessStartInfo(Python) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { RepositoryRoot.Combine("test/Weir.Rpc.Tests/Peers/rpc_peer.py"), mode, address, folder.Path, security })
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors) _errors.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
    }

    public int Port { get; private set; }

    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString();
        }
    }

    /// <summary>Null when Debian's python3-grpcio is here.</summary>
    public static string? Missing { get; } = Find();

    public static async Task<PythonPeer> Serve(TestCertificates folder, string security)
    {
        var peer = new PythonPeer("server", "127.0.0.1:0", folder, security);
        var deadline = DateTime.UtcNow + s_patience;
        while (true)
        {
            if (Serving().Match(peer.Errors) is { Success: true } said)
            {
                peer.Port = int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture);
                return peer;
            }

            if (peer._process.HasExited || DateTime.UtcNow > deadline) throw new InvalidOperationException($"the peer does not serve: {peer.Errors}");
            await Task.Delay(20);
        }
    }

    /// <summary>What it printed: a line a check.</summary>
    public static async Task<IReadOnlyList<string>> Ask(int port, TestCertificates folder, string security)
    {
        using var peer = new PythonPeer("client", string.Create(CultureInfo.InvariantCulture, $"localhost:{port}"), folder, security);
        using var limit = new CancellationTokenSource(s_patience);
        var output = await peer._process.StandardOutput.ReadToEndAsync(limit.Token);
        await peer._process.WaitForExitAsync(limit.Token);
        Assert.True(peer._process.ExitCode == 0, peer.Errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private static void WriteDescriptors(string folder)
    {
        var set = new FileDescriptorSet();
        foreach (var file in new[] { EchoReflection.Descriptor, HealthReflection.Descriptor, Reflection.V1.ReflectionReflection.Descriptor, Reflection.V1Alpha.ReflectionReflection.Descriptor })
            set.File.Add(FileDescriptorProto.Parser.ParseFrom(file.SerializedData));
        File.WriteAllBytes(System.IO.Path.Combine(folder, "descriptors.pb"), set.ToByteArray());
    }

    private static string? Find()
    {
        if (!File.Exists(Python)) return Python;
        using var probe = Process.Start(new ProcessStartInfo(Python, ["-c", "import grpc, google.protobuf"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        return probe.ExitCode == 0 ? null : "python3-grpcio and python3-protobuf";
    }

    [GeneratedRegex(@"serving on (\d+)")]
    private static partial Regex Serving();
}
