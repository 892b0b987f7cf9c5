using System.Net;
using System.Text.Json;

namespace Weir.Center.Tests;

public class OverviewRouteTests
{
    private const string Noon = "2026-01-31T12:00:00Z";
    private const string Minute = "/api/v1/exchanges/overview?from=" + Noon + "&to=2026-01-31T12:01:00Z";

    [Fact]
    public async Task Calls_are_counted_by_time_and_by_field()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 4);
        center.Host.Ingest.Write(Calls.Make(30_000, status: 503));
        await TestCenter.Until(() => center.Host.Store.Count == 5);
        var overview = await center.Json(Minute + "&buckets=2&fields=host,path&top=2");
        Assert.Equal(5, overview.GetProperty("matched").GetInt64());
        Assert.Equal(1_769_860_800_000, overview.GetProperty("from").GetDouble());
        Assert.Equal(JsonValueKind.Null, overview.GetProperty("reachedBackTo").ValueKind);
        var buckets = overview.GetProperty("buckets");
        Assert.Equal(2, buckets.GetArrayLength());
        Assert.Equal(4, buckets[0].GetProperty("success").GetInt64());
        Assert.Equal(1, buckets[1].GetProperty("serverError").GetInt64());
        var host = overview.GetProperty("fields")[0];
        Assert.Equal("host", host.GetProperty("field").GetString());
        Assert.Equal("orders:8080", host.GetProperty("values")[0].GetProperty("value").GetString());
        Assert.Equal(5, host.GetProperty("values")[0].GetProperty("count").GetInt64());
        Assert.Equal(3, overview.GetProperty("fields")[1].GetProperty("others").GetInt64());
    }

    [Fact]
    public async Task A_filter_narrows_the_counts()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 4);
        var overview = await center.Json(Minute + "&where=" + Uri.EscapeDataString("""path == "/orders/2" """));
        Assert.Equal(1, overview.GetProperty("matched").GetInt64());
    }

    [Theory]
    [InlineData("where=statuscode%20==%201", "where")]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=2026-01-31&to=2026-01-30", "from")]
    [InlineData("buckets=0", "buckets")]
    [InlineData("buckets=501", "buckets")]
    [InlineData("top=-1", "top")]
    [InlineData("fields=request.body", "fields")]
    [InlineData("fields=method,id;DROP%20TABLE%20exchanges", "fields")]
    [InlineData("fields=a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a", "fields")]
    public async Task What_cannot_be_counted_is_refused_with_the_parameter_that_is_wrong(string query, string parameter)
    {
        await using var center = await TestCenter.Start();
        using var response = await center.Get("/api/v1/exchanges/overview?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(parameter, (await TestCenter.Body(response)).GetProperty("parameter").GetString());
    }

    [Fact]
    public async Task An_empty_store_has_empty_buckets()
    {
        await using var center = await TestCenter.Start();
        var overview = await center.Json("/api/v1/exchanges/overview");
        Assert.Equal(60, overview.GetProperty("buckets").GetArrayLength());
        Assert.Equal(0, overview.GetProperty("matched").GetInt64());
    }
}
