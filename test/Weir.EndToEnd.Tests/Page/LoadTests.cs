using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>A flood of calls must neither freeze the page nor fill its memory.</summary>
[Collection(PageCollection.Name)]
public sealed class LoadTests(PageFixture fixture, ITestOutputHelper log)
{
    private const int CallsPerSecond = 2000;
    private const int Seconds = 6;

    [SkippableFact]
    public async Task The_page_answers_while_thousands_of_calls_pass()
    {
        var chromium = fixture.Chromium;
        var answer = TinyServer.Response("application/json", """{"ok":true}""");
        await using var server = new TinyServer(_ => answer);
        await using var weir = await RunningWeir.Start("-p", server.Port.ToString(CultureInfo.InvariantCulture));
        await using var page = await chromium.Open();
        await page.Page.GotoAsync(weir.Address);
        await Expect(page.Page.GetByTestId("live-state")).ToHaveAttributeAsync("data-state", "connected");
        await page.Page.EvaluateAsync("""
            () => {
              window.longTasks = [];
              new PerformanceObserver(list => window.longTasks.push(...list.getEntries().map(entry => entry.duration)))
                .observe({ entryTypes: ['longtask'] });
            }
            """);

        var load = Generate(server.Port);
        await page.WaitForCalls(1000);
        var click = Stopwatch.StartNew();
        await page.Rows.Nth(3).ClickAsync(new() { Timeout = 15_000 });
        await Expect(page.Page.GetByTestId("route")).ToBeVisibleAsync(new() { Timeout = 15_000 });
        click.Stop();
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Detail).ToHaveCountAsync(0, new() { Timeout = 15_000 });
        var made = await load;

        var tasks = await page.Page.EvaluateAsync<double[]>("window.longTasks");
        // What was captured arrives: shown, or told as skipped; nothing gets lost between the two.
        await page.Page.GetByTestId("new-calls").Or(page.Page.GetByTestId("count")).First.WaitForAsync();
        await page.Page.Keyboard.PressAsync("Home");
        var told = await page.Page.EvaluateAsync<double>("""
            async () => {
              const seen = async () => (await (await fetch('/api/v1/status')).json()).ingest.stored;
              const shown = () => Number(document.querySelector('[data-testid=count]').textContent.replace(/\D/g, ''));
              const skipped = () => Number(/skipped ([\d,]+)/.exec(document.querySelector('[data-testid=loss]').textContent)?.[1].replaceAll(',', '') ?? 0);
              for (let i = 0; i < 200; i++) {
                if (shown() + skipped() >= await seen()) return 1;
                await new Promise((resolve) => setTimeout(resolve, 100));
              }
              return (shown() + skipped()) / await seen();
            }
            """);
        Assert.Equal(1, told);
        var held = await page.Count();
        log.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{made} calls in {Seconds} s; the page holds {held}; a click opened a call in {click.ElapsedMilliseconds} ms; "
            + $"{tasks.Length} tasks over 50 ms, {tasks.Sum():F0} ms in all, longest {tasks.DefaultIfEmpty().Max():F0} ms"));
        log.WriteLine(await page.Page.GetByTestId("loss").TextContentAsync() ?? "");
        Assert.InRange(await page.Rows.CountAsync(), 10, 100);
        Assert.InRange(held, 1000, 100_000);
        page.AssertClean();
    }

    /// <summary>Asks over eight connections, in small bursts so that the rate holds on a busy machine.</summary>
    private static async Task<int> Generate(int port)
    {
        const int connections = 8;
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections });
        var made = 0;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(Seconds))
        {
            var due = (int)(clock.Elapsed.TotalSeconds * CallsPerSecond) - made;
            if (due <= 0)
            {
                await Task.Delay(2);
                continue;
            }

            var first = made;
            var batch = Math.Min(due, connections);
            await Task.WhenAll(Enumerable.Range(first, batch).Select(
                number => client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/orders/{number}"))));
            made += batch;
        }

        return made;
    }
}
