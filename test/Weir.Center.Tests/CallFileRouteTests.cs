using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Packets;

namespace Weir.Center.Tests;

public class CallFileRouteTests
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

    [Fact]
    public async Task Packets_hold_the_payload_of_each_call_in_a_connection_of_its_own()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 25);
        using var response = await center.Get("/api/v1/exchanges/pcap?where=" + Uri.EscapeDataString("""path != "/orders/3" """));
        Assert.Equal("application/x-pcapng", response.Content.Headers.ContentType!.MediaType);
        Assert.EndsWith(".pcapng\"", response.Content.Headers.ContentDisposition!.ToString(), StringComparison.Ordinal);
        var frames = Frames(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(24, frames.Count(static frame => frame.Contains("GET /orders/", StringComparison.Ordinal)));
        Assert.Equal(24, frames.Count(static frame => frame.Contains("{\"id\":17}", StringComparison.Ordinal)));
        Assert.DoesNotContain(frames, static frame => frame.Contains("GET /orders/3 ", StringComparison.Ordinal));

        using var one = await center.Get($"/api/v1/exchanges/pcap?id={Calls.Id(1)}");
        Assert.Equal($"attachment; filename=\"call-{Calls.Id(1)}.pcapng\"", one.Content.Headers.ContentDisposition!.ToString());
        Assert.Single(Frames(await one.Content.ReadAsByteArrayAsync()), static frame => frame.Contains("GET /orders/1 HTTP/1.1", StringComparison.Ordinal));
        Assert.Empty(Frames(await (await center.Get("/api/v1/exchanges/pcap?to=2020-01-01")).Content.ReadAsByteArrayAsync()));
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
        foreach (var format in (string[])["har", "pcap"])
        {
            using var response = await center.Get($"/api/v1/exchanges/{format}?{query}");
            Assert.Equal(status, response.StatusCode);
            Assert.Null(response.Content.Headers.ContentDisposition);
        }
    }

    private static List<string> Frames(byte[] file)
    {
        var frames = new List<string>();
        using var reader = CaptureFileReader.Open(new MemoryStream(file));
        while (reader.TryRead(out var frame)) frames.Add(Encoding.Latin1.GetString(frame.Data));
        Assert.Null(reader.Problem);
        return frames;
    }

    private static JsonElement[] Entries(JsonElement har) => [.. har.GetProperty("log").GetProperty("entries").EnumerateArray()];
}
