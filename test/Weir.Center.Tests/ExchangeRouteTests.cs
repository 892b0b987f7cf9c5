using System.Net;
using System.Text.Json;

namespace Weir.Center.Tests;

public class ExchangeRouteTests
{
    [Fact]
    public async Task Stored_calls_are_listed_newest_first()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 3);
        using var response = await center.Get("/api/v1/exchanges");
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        var page = await TestCenter.Body(response);
        Assert.Equal(["/orders/2", "/orders/1", "/orders/0"], Paths(page));
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next").ValueKind);
        Assert.Equal(3, page.GetProperty("scanned").GetInt64());
    }

    [Fact]
    public async Task An_empty_store_is_an_empty_page()
    {
        await using var center = await TestCenter.Start();
        var page = await center.Json("/api/v1/exchanges?where=&from=&to=&limit=&cursor=&detail=");
        Assert.Empty(Paths(page));
    }

    [Fact]
    public async Task A_filter_chooses_calls()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(1, 5);
        center.Host.Ingest.Write(Calls.Make(0, status: 503));
        await TestCenter.Until(() => center.Host.Store.Count == 6);
        var page = await center.Json("/api/v1/exchanges?where=" + Uri.EscapeDataString("status_code >= 500"));
        Assert.Equal(["/orders/0"], Paths(page));
    }

    [Fact]
    public async Task A_wrong_filter_is_answered_with_its_place()
    {
        await using var center = await TestCenter.Start();
        using var response = await center.Get("/api/v1/exchanges?where=" + Uri.EscapeDataString("path == 'x' && statuscode == 1"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = await TestCenter.Body(response);
        Assert.Equal("where", problem.GetProperty("parameter").GetString());
        Assert.Equal(16, problem.GetProperty("column").GetInt32());
        Assert.Equal("statuscode".Length, problem.GetProperty("length").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.Equal(400, problem.GetProperty("status").GetInt32());
    }

    public static TheoryData<string> HostileFilters => new()
    {
        new string('(', 4000),
        new string('!', 3000) + "true",
        "path.matches('(a+)+$')" + string.Concat(Enumerable.Repeat(" || path.matches('((a*)*)*b')", 60)),
        "path.matches('(((a{100}){100}){100}){100}')",
        string.Join(" || ", Enumerable.Repeat("port==1", 320)),
        "path == '" + new string('x', 5000) + "'",
        "path == '\0'",
        "path == '\uD83D'",
        "'; DROP TABLE exchanges;--",
        "path == ''' OR 1=1 --'",
        "[1,2",
    };

    [Theory]
    [MemberData(nameof(HostileFilters))]
    public async Task A_hostile_filter_is_answered_or_refused_but_breaks_nothing(string filter)
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 2);
        using var response = await center.Get("/api/v1/exchanges?where=" + Uri.EscapeDataString(filter));
        Assert.Contains(response.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.RequestUriTooLong });
        Assert.Equal(2, Paths(await center.Json("/api/v1/exchanges")).Length);
    }

    [Theory]
    [InlineData("from=2026-01-31T12:00:00.002Z", "/orders/4 /orders/3 /orders/2")]
    [InlineData("from=2026-01-31T13:00:00.002%2B01:00", "/orders/4 /orders/3 /orders/2")]
    [InlineData("from=2026-01-31T12:00:00.002000000Z&to=2026-01-31t12:00:00.003000001z", "/orders/2")]
    [InlineData("from=1769860800003", "/orders/4 /orders/3")]
    [InlineData("to=1769860800001", "/orders/0")]
    [InlineData("from=2026-02-01", "")]
    [InlineData("from=2026-01-31", "/orders/4 /orders/3 /orders/2 /orders/1 /orders/0")]
    [InlineData("from=1769860800004&to=1769860800001", "")]
    public async Task Times_bound_the_page(string query, string expected)
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 5);
        var page = await center.Json("/api/v1/exchanges?" + query);
        Assert.Equal(expected, string.Join(' ', Paths(page)));
    }

    [Theory]
    [InlineData("from", "yesterday")]
    [InlineData("from", "12:00")]
    [InlineData("from", "2026-13-01")]
    [InlineData("from", "2026-01-31T25:00:00Z")]
    [InlineData("from", "-")]
    [InlineData("from", "-m")]
    [InlineData("from", "-.h")]
    [InlineData("from", "-5")]
    [InlineData("from", "-1e9d")]
    [InlineData("from", "-99999999999999999999d")]
    [InlineData("from", "99999999999999999999")]
    [InlineData("from", "9223372036854775807")]
    [InlineData("to", "9999-12-31T23:59:59Z")]
    [InlineData("to", "0001-01-01T00:00:00%2B14:00")]
    [InlineData("to", "2026-01-31T12:00:00Z%0A")]
    [InlineData("to", "NaN")]
    [InlineData("limit", "0")]
    [InlineData("limit", "1001")]
    [InlineData("limit", "-1")]
    [InlineData("limit", "ten")]
    [InlineData("limit", "1e2")]
    [InlineData("limit", "99999999999")]
    [InlineData("cursor", "garbage")]
    [InlineData("cursor", "%00%FF")]
    [InlineData("cursor", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("detail", "all")]
    [InlineData("detail", "Full")]
    [InlineData("where", "status_code >=")]
    public async Task A_bad_parameter_is_named(string parameter, string value)
    {
        await using var center = await TestCenter.Start();
        using var response = await center.Get($"/api/v1/exchanges?{parameter}={value}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(parameter, (await TestCenter.Body(response)).GetProperty("parameter").GetString());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1000, 150)]
    public async Task Limit_bounds_the_page(int limit, int expected)
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 150);
        Assert.Equal(expected, Paths(await center.Json($"/api/v1/exchanges?limit={limit}")).Length);
        Assert.Equal(100, Paths(await center.Json("/api/v1/exchanges")).Length);
    }

    [Fact]
    public async Task Full_detail_has_headers_and_bodies_and_summary_has_none()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 45);
        var summary = (await center.Json("/api/v1/exchanges?detail=summary")).GetProperty("items")[0].GetProperty("response");
        Assert.False(summary.TryGetProperty("body", out _));
        var page = await center.Json("/api/v1/exchanges?detail=full");
        Assert.Equal(45, page.GetProperty("items").GetArrayLength());
        var full = page.GetProperty("items")[0].GetProperty("response");
        Assert.Equal("{\"id\":17}", full.GetProperty("body").GetString());
        Assert.Equal(1, full.GetProperty("headers").GetArrayLength());
    }

    [Fact]
    public async Task A_page_of_large_records_ends_early_and_goes_on_at_its_cursor()
    {
        await using var center = await TestCenter.Start();
        var body = new string('b', 1 << 20);
        for (var n = 0; n < 50; n++) center.Host.Ingest.Write(Calls.Make(n, body: body));
        await TestCenter.Until(() => center.Host.Store.Count == 50);
        var first = await center.Json("/api/v1/exchanges?detail=full&limit=1000");
        Assert.InRange(Paths(first).Length, 16, 40);
        var rest = await Walk(center, "detail=full&limit=1000");
        Assert.Equal(50, rest.Count);
        Assert.Equal(50, rest.Distinct().Count());
    }

    [Theory]
    [InlineData("limit=7")]
    [InlineData("limit=7&detail=full")]
    [InlineData("limit=50&where=method%3D%3D%27GET%27")]
    public async Task Paging_shows_every_call_once_while_more_arrive(string query)
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 400);
        using var stop = new CancellationTokenSource();
        var arriving = Task.Run(async () =>
        {
            for (var n = 400; n < 4000 && !stop.IsCancellationRequested; n += 5)
            {
                center.Ingest(n, 5);
                await Task.Delay(5);
            }
        });
        var seen = await Walk(center, query);
        await stop.CancelAsync();
        await arriving;
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(400, seen.Count(path => int.Parse(path["/orders/".Length..], null) < 400));
    }

    [Fact]
    public async Task One_call_is_shown_whole()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(7, 1);
        var id = Calls.Id(7).ToString();
        var call = await center.Json("/api/v1/exchanges/" + id);
        Assert.Equal(id, call.GetProperty("id").GetString());
        Assert.Equal("{\"id\":17}", call.GetProperty("response").GetProperty("body").GetString());
    }

    [Theory]
    [InlineData("00000000000000000000000000")]
    [InlineData("ZZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    [InlineData("x")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    [InlineData("%00")]
    [InlineData("'%20OR%201=1")]
    public async Task An_unknown_call_is_not_found(string id)
    {
        await using var center = await TestCenter.Start();
        using var response = await center.Get("/api/v1/exchanges/" + id);
        // Kestrel itself refuses a path with a NUL.
        Assert.Equal(id == "%00" ? HttpStatusCode.BadRequest : HttpStatusCode.NotFound, response.StatusCode);
        if (id != "%00") Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Fields_of_the_filter_language_are_listed()
    {
        await using var center = await TestCenter.Start();
        var fields = (await center.Json("/api/v1/fields")).EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!);
        Assert.True(fields.Count > 10);
        Assert.Equal("int", fields["status_code"].GetProperty("type").GetString());
        Assert.All(fields.Values, f => Assert.NotEmpty(f.GetProperty("description").GetString()!));
    }

    private static string[] Paths(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("request").GetProperty("path").GetString()!)];

    private static async Task<List<string>> Walk(TestCenter center, string query)
    {
        var seen = new List<string>();
        string? cursor = "";
        while (cursor is not null)
        {
            var page = await center.Json($"/api/v1/exchanges?{query}&cursor={cursor}");
            seen.AddRange(Paths(page));
            cursor = page.GetProperty("next").GetString();
        }

        return seen;
    }
}
