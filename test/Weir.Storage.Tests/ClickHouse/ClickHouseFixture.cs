using System.Globalization;

namespace Weir.Storage.Tests.ClickHouse;

public sealed partial class ClickHouseServer
{
    private static int s_databases;

    public static ClickHouseStoreOptions Options(Uri address) => new()
    {
        Address = address,
        Database = string.Create(CultureInfo.InvariantCulture, $"weir_{Environment.ProcessId}_{Interlocked.Increment(ref s_databases)}"),
        MaxAge = TimeSpan.FromDays(40_000),
        RunningTimeout = TimeSpan.Zero,
    };
}

/// <summary>One server for the tests of a class: each takes a database of its own.</summary>
public sealed class ClickHouseFixture : IDisposable
{
    private readonly ClickHouseServer? _server;

    public ClickHouseFixture()
    {
        if (ClickHouseServer.Other is { } other)
        {
            _server = ClickHouseServer.At(other);
            return;
        }

        if (ClickHouseServer.Missing is not null) return;
        _server = new ClickHouseServer();
        _server.Start();
    }

    public ClickHouseServer Server
    {
        get
        {
            Skip.If(_server is null, ClickHouseServer.Missing);
            return _server!;
        }
    }

    public void Dispose() => _server?.Dispose();
}
