using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Weir.Storage.Tests.ClickHouse;

/// <summary>A ClickHouse server of Debian's package on a free loopback port, with a directory of its own. Ended by its process.</summary>
public sealed partial class ClickHouseServer : IDisposable
{
    private const string Program = "/usr/sbin/clickhouse-server";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-clickhouse-").FullName;
    private readonly int[] _ports = FreePorts(3);
    private Process? _process;
    private Uri? _other;

    /// <summary>Why there is none on this machine; null when there is.</summary>
    public static string? Missing => File.Exists(Program) ? null : $"there is no {Program} (Debian: clickhouse-server)";

    /// <summary>A server to test against instead of Debian's, such as a current one: <c>WEIR_CLICKHOUSE=http://127.0.0.1:8123/</c>. Its databases are left there.</summary>
    public static Uri? Other { get; } = Environment.GetEnvironmentVariable("WEIR_CLICKHOUSE") is { Length: > 0 } address ? new Uri(address) : null;

    public Uri Address => _other ?? new($"http://127.0.0.1:{_ports[0].ToString(CultureInfo.InvariantCulture)}/");

    public string? Password { get; init; }

    /// <summary>More of the configuration: a cluster. Before <see cref="Start"/>.</summary>
    public string Extra { get; set; } = "";

    public int NativePort => _ports[1];

    public int ProcessId => _process!.Id;

    public static ClickHouseServer At(Uri address) => new() { _other = address };

    public void Start()
    {
        File.WriteAllText(Path.Combine(_directory, "config.xml"), $"""
            <yandex>
              <logger><level>warning</level><log>{_directory}/log</log><errorlog>{_directory}/errors</errorlog></logger>
              <listen_host>127.0.0.1</listen_host>
              <http_port>{_ports[0]}</http_port><tcp_port>{_ports[1]}</tcp_port>
              <interserver_http_port>{_ports[2]}</interserver_http_port><interserver_http_host>127.0.0.1</interserver_http_host>
              <path>{_directory}/data/</path><tmp_path>{_directory}/tmp/</tmp_path>
              <user_files_path>{_directory}/files/</user_files_path><format_schema_path>{_directory}/schemas/</format_schema_path>
              <mark_cache_size>67108864</mark_cache_size>
              {Extra}
              <users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
            </yandex>
            """);
        File.WriteAllText(Path.Combine(_directory, "users.xml"), $"""
            <yandex>
              <profiles><default></default></profiles>
              <users><default><password>{Password}</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
              <quotas><default></default></quotas>
            </yandex>
            """);
        _process = Process.Start(new ProcessStartInfo(Program, [$"--config-file={_directory}/config.xml"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        for (var clock = Stopwatch.StartNew(); ; Thread.Sleep(50))
        {
            try
            {
                if (http.GetStringAsync(new Uri(Address, "ping")).GetAwaiter().GetResult().StartsWith("Ok.", StringComparison.Ordinal)) return;
            }
            catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException)
            {
                if (_process.HasExited) throw new InvalidOperationException("clickhouse-server ended: " + Log());
                if (clock.Elapsed > s_patience) throw new TimeoutException("clickhouse-server does not answer: " + Log());
            }
        }
    }

    /// <summary>SIGKILL, as the kernel does when memory is out.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public string Ask(string sql)
    {
        using var http = new HttpClient { Timeout = s_patience };
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new StringContent(sql) };
        if (Password is not null) request.Headers.Add("X-ClickHouse-Key", Password);
        using var answer = http.Send(request);
        var text = new StreamReader(answer.Content.ReadAsStream()).ReadToEnd();
        return answer.IsSuccessStatusCode ? text.Trim() : throw new InvalidOperationException($"{sql}: {text}");
    }

    public void Dispose()
    {
        if (_process is not null) Kill();
        Directory.Delete(_directory, recursive: true);
    }

    private string Log() => File.Exists(Path.Combine(_directory, "errors")) ? File.ReadAllText(Path.Combine(_directory, "errors")) : "";

    /// <summary>Below those that connections begin from: a server takes them a second later, and again after it was killed.</summary>
    internal static int[] FreePorts(int count)
    {
        var ports = new List<int>();
        while (ports.Count < count)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            if (!ports.Contains(port) && IsFree(port)) ports.Add(port);
        }

        return [.. ports];
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
