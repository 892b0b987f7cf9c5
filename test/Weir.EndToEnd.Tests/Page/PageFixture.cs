namespace Weir.EndToEnd.Tests.Page;

/// <summary>One browser and one demo for the tests that only look. Starts nothing where they cannot run.</summary>
public sealed class PageFixture : IAsyncLifetime
{
    private Chromium? _chromium;
    private RunningWeir? _demo;
    private GuardedSite? _site;

    internal Chromium Chromium
    {
        get
        {
            Require();
            return _chromium!;
        }
    }

    internal RunningWeir Demo
    {
        get
        {
            Require();
            return _demo!;
        }
    }

    /// <summary>A center with a cluster and an incident; started when it is first asked for.</summary>
    internal async Task<GuardedSite> Site()
    {
        Require();
        return _site ??= await GuardedSite.Start();
    }

    public async Task InitializeAsync()
    {
        if (Chromium.Missing is not null) return;
        _chromium = await Chromium.Launch();
        _demo = await RunningWeir.Start("--demo");
    }

    public async Task DisposeAsync()
    {
        if (_site is not null) await _site.DisposeAsync();
        if (_demo is not null) await _demo.DisposeAsync();
        if (_chromium is not null) await _chromium.DisposeAsync();
    }

    private static void Require() => Skip.IfNot(Chromium.Missing is null, $"needs {Chromium.Missing}");
}

/// <summary>The page tests run one after another: each of them captures on the loopback device.</summary>
[CollectionDefinition(Name)]
public sealed class PageCollection : ICollectionFixture<PageFixture>
{
    public const string Name = "page";
}
