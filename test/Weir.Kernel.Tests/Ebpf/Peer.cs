using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Testing;
using Xunit;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>A real program that answers or asks over HTTP, in a process of its own: a probe does not look at itself.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _directory;

    private Peer(Process process, DirectoryInfo directory, int port) => (_process, _directory, Port) = (process, directory, port);

    public int Id => _process.Id;

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    public StreamWriter Input => _process.StandardInput;

    public StreamReader Output => _process.StandardOutput;

    /// <summary>Name as /proc/PID/comm has it.</summary>
    public string Name => File.ReadAllText($"/proc/{Id}/comm").TrimEnd();

    public static readonly string[] Servers = ["nginx", "python", "node", "kestrel"];

    /// <summary>Answers GET /healthz with <c>ok</c> and everything else with something; listens when this returns.</summary>
    public static Peer Server(string kind)
    {
        var directory = Directory.CreateTempSubdirectory("weir-ebpf-");
        File.WriteAllText(Path.Combine(directory.FullName, "healthz"), "ok");
        File.WriteAllText(Path.Combine(directory.FullName, "large"), new string('x', 30_000));
        var port = FreePort();
        var start = kind switch
        {
            "nginx" => Nginx(directory, port),
            "python" => Start("python3", $"-m http.server {port} --bind 127.0.0.1 --directory {directory.FullName}"),
            "node" => Start("node", Script(directory, "server.js", NodeServer.Replace("PORT", $"{port}", StringComparison.Ordinal))),
            "kestrel" => Kestrel(port),
            _ => throw new ArgumentException(kind, nameof(kind)),
        };
        return Run(start, directory, port, peer => peer.WaitUntilListening());
    }

    /// <summary>Runs a Python script that is told on standard input when to go on.</summary>
    public static Peer Python(string script, params string[] arguments)
    {
        var directory = Directory.CreateTempSubdirectory("weir-ebpf-");
        var start = Start("python3", $"{Script(directory, "peer.py", script)} {string.Join(' ', arguments)}");
        return Run(start, directory, 0, _ => { });
    }

    /// <summary>Runs curl to its end and gives its process id and what it printed.</summary>
    public static (int Id, string Output) Curl(params string[] arguments)
    {
        var start = Start("curl", "");
        foreach (var argument in (string[])["--silent", "--show-error", .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? (process.Id, output)
            : throw new InvalidOperationException($"curl ended with {process.ExitCode}: {process.StandardError.ReadToEnd()}");
    }

    /// <summary>Kills it in a way that it cannot prepare for.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    internal static Peer Run(ProcessStartInfo start, DirectoryInfo directory, int port, Action<Peer> ready)
    {
        Skip.IfNot(IsInstalled(start.FileName), $"{start.FileName} is not installed");
        var peer = new Peer(Process.Start(start)!, directory, port);
        try
        {
            ready(peer);
            return peer;
        }
        catch
        {
            peer.Dispose();
            throw;
        }
    }

    internal void WaitUntilListening()
    {
        for (var tries = 0; ; tries++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (tries < 600 && !_process.HasExited)
            {
                Thread.Sleep(50);
            }
        }
    }

    private static ProcessStartInfo Nginx(DirectoryInfo directory, int port)
    {
        var configuration = Script(directory, "nginx.conf", $$"""
            worker_processes 1;
            daemon off;
            master_process off;
            pid {{directory.FullName}}/pid;
            error_log {{directory.FullName}}/errors;
            events { worker_connections 128; }
            http {
              access_log off;
              client_body_temp_path {{directory.FullName}}/body;
              proxy_temp_path {{directory.FullName}}/proxy;
              fastcgi_temp_path {{directory.FullName}}/fastcgi;
              uwsgi_temp_path {{directory.FullName}}/uwsgi;
              scgi_temp_path {{directory.FullName}}/scgi;
              server {
                listen 127.0.0.1:{{port}};
                sendfile on;
                location / { root {{directory.FullName}}; }
                location /login { default_type application/json; return 200 '{"ok":true}'; }
              }
            }
            """);
        return Start("nginx", $"-c {configuration}");
    }

    private static ProcessStartInfo Kestrel(int port)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "order-service.dll");
        if (!File.Exists(assembly))
        {
            var built = Path.Combine(RepositoryRoot.Path, "examples/order-service/bin");
            assembly = Directory.Exists(built)
                ? Directory.EnumerateFiles(built, "order-service.dll", SearchOption.AllDirectories).OrderByDescending(File.GetLastWriteTimeUtc).FirstOrDefault("")
                : "";
        }

        Skip.If(assembly.Length == 0, "examples/order-service is not built");
        var start = Start("dotnet", assembly);
        start.Environment["PORT"] = $"{port}";
        return start;
    }

    internal static string Script(DirectoryInfo directory, string name, string text)
    {
        var path = Path.Combine(directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    internal static ProcessStartInfo Start(string program, string arguments) => new(Program(program), arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardOutputEncoding = Encoding.UTF8,
    };

    /// <summary>Debian's own before what a version manager puts into the path: a shim would be another process.</summary>
    private static string Program(string name) => File.Exists("/usr/bin/" + name) ? "/usr/bin/" + name : name;

    private static bool IsInstalled(string program) => Path.IsPathRooted(program)
        ? File.Exists(program)
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));

    private const string NodeServer = """
        require('http').createServer((request, response) => {
          if (request.url.startsWith('/healthz')) { response.end('ok'); return; }
          response.write('first ');
          response.end('second');
        }).listen(PORT, '127.0.0.1');
        """;
}
