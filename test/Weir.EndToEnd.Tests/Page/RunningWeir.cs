using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Page;

/// <summary><c>weir up</c> as a process of its own, on a free port and with a store that goes when it goes.</summary>
internal sealed class RunningWeir : IAsyncDisposable
{
    private readonly Child _child;
    private readonly string _data;

    private static readonly ConcurrentBag<(string Name, string Value)> s_sessions = [];

    private RunningWeir(Child child, string data, string address)
    {
        _child = child;
        _data = data;
        Address = address;
    }

    /// <summary>Where the page is, without a slash at the end.</summary>
    public string Address { get; }

    /// <summary>Sessions with those that were started. The name of the cookie tells them apart.</summary>
    public static IEnumerable<(string Name, string Value)> Sessions => s_sessions;

    /// <summary>What the process said so far.</summary>
    public string Said => _child.Errors;

    /// <summary>Returns when the page is being served.</summary>
    public static async Task<RunningWeir> Start(params IEnumerable<string> arguments)
    {
        var data = Directory.CreateTempSubdirectory("weir-page-").FullName;
        var listen = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort()}");
        var child = Child.Start(
            "dotnet",
            [WeirCommand.Assembly, "up", "--listen", listen, "--data", data, "-i", "lo", "--for", "10m", .. arguments],
            new Dictionary<string, string>(Login.Environment) { ["WEIR_EXAMPLES"] = RepositoryRoot.Combine("examples") });
        var weir = new RunningWeir(child, data, $"http://{listen}");
        try
        {
            await child.WaitForError("shows the calls", TimeSpan.FromSeconds(60));
            s_sessions.Add(await Login.Session(weir.Address));
        }
        catch
        {
            await weir.DisposeAsync();
            throw;
        }

        return weir;
    }

    /// <summary>A port that nobody listens on at this moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Ends the process as a service manager would, so that the services of the demo end with it.</summary>
    public async ValueTask DisposeAsync()
    {
        using (_child)
        {
            _child.Signal("TERM");
            await _child.Finish(TimeSpan.FromSeconds(30));
        }

        Directory.Delete(_data, recursive: true);
    }
}
