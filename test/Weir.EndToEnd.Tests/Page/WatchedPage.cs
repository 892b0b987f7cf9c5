using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Playwright;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>A page of which every complaint is written down: console, exceptions, content security policy, dialogs.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();

    private WatchedPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") _complaints.Enqueue($"console {message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => _complaints.Enqueue($"exception: {error}");
        page.RequestFailed += (_, request) =>
        {
            // A page that goes to another filter gives up on what it asked for before.
            if (request.Failure is not "net::ERR_ABORTED") _complaints.Enqueue($"request failed: {request.Url} {request.Failure}");
        };
        page.Dialog += async (_, dialog) =>
        {
            _complaints.Enqueue($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
    }

    public IPage Page { get; }

    public ILocator Rows => Page.GetByTestId("call-row");

    public ILocator Detail => Page.GetByTestId("detail");

    public static async Task<WatchedPage> Watch(IBrowserContext context)
    {
        var watched = new WatchedPage(context, await context.NewPageAsync());
        await watched.Page.AddInitScriptAsync("""
            addEventListener('securitypolicyviolation', (event) =>
              console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`));
            """);
        return watched;
    }

    /// <summary>Calls that the list holds, most of them outside of the window.</summary>
    public async Task<int> Count()
    {
        var text = await Page.GetByTestId("count").TextContentAsync() ?? "";
        return int.Parse(string.Concat(text.Where(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until the list holds at least so many calls.</summary>
    public Task WaitForCalls(int count) => Page.WaitForFunctionAsync(
        "least => parseInt(document.querySelector('[data-testid=count]')?.textContent.replace(/\\D/g, '') || '0') >= least", count);

    /// <summary>Types a filter and waits for the rows that pass it, or for what is wrong with it.</summary>
    public async Task Filter(string where, bool expectRows = true)
    {
        await Submit(where);
        if (!expectRows)
        {
            await Assertions.Expect(Page.GetByTestId("filter-error")).ToBeVisibleAsync();
            return;
        }

        await Assertions.Expect(Page.GetByTestId("calls-grid")).ToHaveAttributeAsync("data-where", where);
    }

    /// <summary>Types a filter that may be wrong.</summary>
    public async Task Submit(string where)
    {
        var input = Page.GetByTestId("filter-input");
        await input.FillAsync(where);
        await input.PressAsync("Enter");
    }

    /// <summary>Follows a link of the navigation, which is a menu where there is no room for a row.</summary>
    public async Task Visit(string name)
    {
        var menu = Page.GetByTestId("pages");
        if (await menu.IsVisibleAsync()) await menu.ClickAsync();
        await Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync();
    }

    public Task Tab(string name) => Detail.GetByRole(AriaRole.Tab, new() { Name = name }).ClickAsync();

    /// <summary>What the status column says in each row that is drawn.</summary>
    public Task<string[]> Statuses() =>
        Page.EvaluateAsync<string[]>("[...document.querySelectorAll('[data-testid=call-row] .c-status b')].map(cell => cell.textContent)");

    /// <param name="expected">Complaints that hold this text were provoked.</param>
    public void AssertClean(string? expected = null)
    {
        string[] unexpected =
            [.. _complaints.Where(complaint => expected is null || !complaint.Contains(expected, StringComparison.Ordinal))];
        Assert.True(unexpected.Length == 0, string.Join('\n', unexpected));
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}
