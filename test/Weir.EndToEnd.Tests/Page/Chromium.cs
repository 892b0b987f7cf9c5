using Microsoft.Playwright;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>Debian's Chromium, driven over a pipe. No browser is ever downloaded.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Executable = "/usr/bin/chromium";

    private static readonly string[] Quiet =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>What the browser tests lack on this machine; null when nothing.</summary>
    public static string? Missing =>
        !File.Exists(Executable) ? Executable
        : !Environment.IsPrivilegedProcess ? "root, to capture"
        : null;

    public static async Task<Chromium> Launch()
    {
        // The driver brings a node of its own; where that is not unpacked as a program, the system's does.
        var bundled = Path.Combine(AppContext.BaseDirectory, ".playwright/node/linux-x64/node");
        if (!File.Exists(bundled) && Child.Exists("node"))
            Environment.SetEnvironmentVariable("PLAYWRIGHT_NODEJS_PATH", "/usr/bin/node");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Executable, Args = Quiet });
        return new Chromium(playwright, browser);
    }

    /// <summary>A page with nothing stored but, unless it is left out, the login; in a window of the given size.</summary>
    public async Task<WatchedPage> Open(int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Dark, bool login = true)
    {
        var context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            TimezoneId = "UTC",
        });
        context.SetDefaultTimeout(30_000);
        if (login) await context.AddCookiesAsync(RunningWeir.Sessions.Select(session => new Cookie { Name = session.Name, Value = session.Value, Domain = "127.0.0.1", Path = "/", HttpOnly = true, SameSite = SameSiteAttribute.Strict }));
        return await WatchedPage.Watch(context);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _playwright.Dispose();
    }
}
