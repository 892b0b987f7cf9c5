using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weir.Storage.Tests.ClickHouse;

/// <summary>A ZooKeeper of Debian's package on a free loopback port, with a directory of its own. Ended by its process.</summary>
internal sealed class ZooKeeperServer : IDisposable
{
    private const string Jar = "/usr/share/java/zookeeper.jar";
    private const string Java = "/usr/bin/java";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("weir-zookeeper-").FullName;
    private Process? _process;

    /// <summary>Why there is none on this machine; null when there is.</summary>
    public static string? Missing => new[] { Jar, Java }.FirstOrDefault(file => !File.Exists(file)) is { } file ? $"there is no {file} (Debian: zookeeper)" : null;

    public int Port { get; private set; }

    public void Start()
    {
        Port = ClickHouseServer.FreePorts(1)[0];
        var configuration = Path.Combine(_directory, "zoo.cfg");
        File.WriteAllText(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            tickTime=1000
            dataDir={_directory}/data
            clientPortAddress=127.0.0.1
            clientPort={Port}
            admin.enableServer=false
            4lw.commands.whitelist=isro

            """));
        _process = Process.Start(new ProcessStartInfo(Java, ["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", Jar, "org.apache.zookeeper.server.quorum.QuorumPeerMain", configuration])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var said = new StringBuilder();
        foreach (var begin in (Action[])[_process.BeginErrorReadLine, _process.BeginOutputReadLine]) begin();
        _process.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
        _process.OutputDataReceived += (_, line) => said.AppendLine(line.Data);
        for (var clock = Stopwatch.StartNew(); !Answers(); Thread.Sleep(100))
        {
            Assert.False(_process.HasExited, $"ZooKeeper ended: {said}");
            Assert.True(clock.Elapsed < s_patience, $"ZooKeeper does not answer: {said}");
        }
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>It takes sessions: before that it answers other questions already.</summary>
    private bool Answers()
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, Port);
            client.GetStream().Write("isro"u8);
            return new StreamReader(client.GetStream()).ReadToEnd() == "rw";
        }
        catch (Exception notYet) when (notYet is SocketException or IOException)
        {
            return false;
        }
    }
}
