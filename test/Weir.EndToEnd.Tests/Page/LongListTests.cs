using System.Globalization;
using System.Text;
using System.Web;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>A hundred thousand calls in the list. They are copies of one that was captured; only their ids and times differ.</summary>
[Collection(PageCollection.Name)]
public sealed class LongListTests(PageFixture fixture, ITestOutputHelper log)
{
    private const int Calls = 100_000;

    [SkippableFact]
    public async Task A_hundred_thousand_calls_scroll_with_few_rows_drawn()
    {
        await using var page = await fixture.Chromium.Open();
        await page.Page.GotoAsync(fixture.Demo.Address);
        await page.WaitForCalls(1);
        var template = await page.Page.EvaluateAsync<string>(
            "async () => JSON.stringify((await (await fetch('/api/v1/exchanges?limit=1')).json()).items[0])");
        var id = template.Split('"')[3];
        await page.Page.RouteAsync("**/api/v1/exchanges?*", route =>
        {
            var query = HttpUtility.ParseQueryString(new Uri(route.Request.Url).Query);
            return route.FulfillAsync(new() { ContentType = "application/json", Body = Answer(template, id, query["cursor"], query["limit"]!) });
        });
        await page.Page.GotoAsync($"{fixture.Demo.Address}/?range=24h");
        await page.WaitForCalls(200);

        var tasks = await page.Page.EvaluateAsync<double[]>("""
            async (calls) => {
              const tasks = [];
              new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ entryTypes: ['longtask'] });
              const scroller = document.querySelector('[data-testid=calls-scroll]');
              const count = () => parseInt(document.querySelector('[data-testid=count]').textContent.replace(/\D/g, ''));
              while (count() < calls) {
                scroller.scrollTop = scroller.scrollHeight;
                await new Promise((resolve) => setTimeout(resolve, 5));
              }
              for (let step = 0; step <= 100; step++) {
                scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) * step / 100;
                await new Promise(requestAnimationFrame);
              }
              return tasks;
            }
            """, Calls);
        var held = await page.Count();
        log.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{held} calls; {tasks.Length} tasks over 50 ms, {tasks.Sum():F0} ms in all, longest {tasks.DefaultIfEmpty().Max():F0} ms"));
        Assert.Equal(Calls, held);
        Assert.InRange(await page.Rows.CountAsync(), 10, 100);
        await Expect(page.Page.Locator($"[id='row-{Calls - 1}']")).ToBeInViewportAsync();
        page.AssertClean();
    }

    /// <summary>A page of copies, newest first, that goes on until all calls have been given.</summary>
    private static string Answer(string template, string id, string? cursor, string limit)
    {
        var first = cursor is null ? 0 : int.Parse(cursor, CultureInfo.InvariantCulture);
        var count = Math.Min(int.Parse(limit, CultureInfo.InvariantCulture), Calls - first);
        var body = new StringBuilder("{\"items\":[");
        for (var n = first; n < first + count; n++)
            body.Append(n == first ? "" : ",").Append(template.Replace(id, n.ToString("D26", CultureInfo.InvariantCulture), StringComparison.Ordinal));
        var next = first + count < Calls ? $"\"{first + count}\"" : "null";
        return body.Append(CultureInfo.InvariantCulture, $"],\"next\":{next},\"scanned\":{count}}}").ToString();
    }
}
