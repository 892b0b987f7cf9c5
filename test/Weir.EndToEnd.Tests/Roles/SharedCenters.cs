using System.Globalization;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;
using Weir.Storage.Tests.ClickHouse;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>Starts centers over one ClickHouse server, each with a data directory of its own.</summary>
internal static class SharedCenters
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public static string Address() => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{RunningWeir.FreePort()}");

    /// <param name="server">Keeps their calls.</param>
    /// <param name="folder">Where the directory <paramref name="name"/> is made.</param>
    /// <param name="address">Of the page.</param>
    /// <param name="name">Of the center.</param>
    /// <param name="more">More of its configuration.</param>
    public static async Task<Child> Start(ClickHouseServer server, string folder, string address, string name, string more = "")
    {
        var file = Path.Combine(folder, $"{name}.yaml");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            listen: {new Uri(address).Authority}
            data: {folder}/{name}
            adminPassword: {Login.Password}
            probes:
              listen: 127.0.0.1:{RunningWeir.FreePort()}
            store:
              url: clickhouse:{server.Address}weir
            {more}
            """));
        var center = WeirCommand.Start("center", "-c", file);
        await center.WaitForError("shows the calls", s_patience);
        return center;
    }
}
