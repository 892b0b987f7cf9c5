using System.Net;
using System.Text.Json;

namespace Weir.Center.Tests;

public class HarRouteTests
{
    [Fact]
    public async Task Calls_that_match_are_a_file_to_download()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 60);
        using var response = await center.Get("/api/v1/exchanges/har?where=" + Uri.EscapeDataString("""path != "/orders/3" """));
        Assert.StartsWith("attachment; filename=\"calls-", response.Content.Headers.ContentDisposition!.ToString(), StringComparison.Ordinal);
        var entries = Entries(await TestCenter.Body(response));
        Assert.Equal(59, entries.Length);
        Assert.Equal("http://orders:8080/orders/59", entries[0].GetProperty("request").GetProperty("url").GetString());
        Assert.Equal("{\"id\":17}", entries[0].GetProperty("response").GetProperty("content").GetProperty("text").GetString());
    }

    [Fact]
    public async Task One_call_is_a_file_of_its_own()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 3);
        using var response = await center.Get($"/api/v1/exchanges/har?id={Calls.Id(1)}");
        Assert.Equal($"attachment; filename=\"call-{Calls.Id(1)}.har\"", response.Content.Headers.ContentDisposition!.ToString());
        var entry = Assert.Single(Entries(await TestCenter.Body(response)));
        Assert.Equal("http://orders:8080/orders/1", entry.GetProperty("request").GetProperty("url").GetString());
    }

    [Fact]
    public async Task No_more_than_asked_for_and_none_is_a_whole_file()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 50);
        Assert.Equal(25, Entries(await center.Json("/api/v1/exchanges/har?limit=25")).Length);
        Assert.Empty(Entries(await center.Json("/api/v1/exchanges/har?to=2020-01-01")));
    }

    [Theory]
    [InlineData("id=none", HttpStatusCode.NotFound)]
    [InlineData("limit=10001", HttpStatusCode.BadRequest)]
    [InlineData("where=x", HttpStatusCode.BadRequest)]
    [InlineData("from=x", HttpStatusCode.BadRequest)]
    [InlineData("to=x", HttpStatusCode.BadRequest)]
    public async Task What_is_not_there_or_not_understood_is_refused(string query, HttpStatusCode status)
    {
        await using var center = await TestCenter.Start();
        using var response = await center.Get("/api/v1/exchanges/har?" + query);
        Assert.Equal(status, response.StatusCode);
        Assert.Null(response.Content.Headers.ContentDisposition);
    }

    private static JsonElement[] Entries(JsonElement har) => [.. har.GetProperty("log").GetProperty("entries").EnumerateArray()];
}
