using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Weir.Cli.Commands;

/// <summary>The two example services and the traffic between them, as child processes of <c>weir up --demo</c>.</summary>
internal sealed class DemoServices : IDisposable
{
    /// <summary>Calls a second that the shoppers make; the services add calls of their own between them.</summary>
    private const int CallsPerSecond = 12;

    /// <summary>What is usual in the demo is learned within this time; then comes somebody who guesses passwords.</summary>
    public static TimeSpan Learning { get; } = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_guessAfter = TimeSpan.FromSeconds(45);

    private readonly List<Process> _children = [];

    public static DemoServices Start()
    {
        var folder = FindExamples();
        var (api, orders) = (FreePort(), FreePort());
        var (apiUrl, ordersUrl) = ($"http://127.0.0.1:{api}", $"http://127.0.0.1:{orders}");
        var demo = new DemoServices();
        try
        {
            demo.Launch(folder, "order-service", [], ("ASPNETCORE_URLS", ordersUrl), ("EXAMPLE_API_URL", apiUrl));
            demo.Launch(folder, "example-api", [], ("ASPNETCORE_URLS", apiUrl), ("ORDER_SERVICE_URL", ordersUrl));
            demo.Launch(folder, "traffic", ["--example-api", apiUrl, "--order-service", ordersUrl, "--rate", $"{CallsPerSecond}", "--guess-after", $"{s_guessAfter.TotalSeconds}s"]);
            return demo;
        }
        catch
        {
            demo.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var child in _children)
        {
            if (!child.HasExited) child.Kill(entireProcessTree: true);
            child.Dispose();
        }

        _children.Clear();
    }

    private static string FindExamples()
    {
        if (Environment.GetEnvironmentVariable("WEIR_EXAMPLES") is { Length: > 0 } named) return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "examples", "example-api"))) return Path.Combine(folder.FullName, "examples");
        throw new UsageException("--demo needs the example services: run ./dev demo in a clone of the repository");
    }

    private void Launch(string folder, string name, string[] arguments, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        var assembly = Path.Combine(folder, name, "bin/Release/net10.0", name + ".dll");
        if (!File.Exists(assembly)) throw new UsageException($"{assembly} is not built: run ./dev demo, or ./dev build");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(assembly);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (variable, value) in environment) start.Environment[variable] = value;
        var child = Process.Start(start) ?? throw new UsageException($"cannot start {assembly}");
        child.OutputDataReceived += (_, _) => { };
        child.ErrorDataReceived += (_, line) =>
        {
            if (!string.IsNullOrEmpty(line.Data)) Console.Error.WriteLine($"{name}: {line.Data}");
        };
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        _children.Add(child);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
