using System.IO.Compression;
using System.Net;
using System.Text;

namespace Weir.Center.Tests;

public class WebAssetTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/index.html")]
    [InlineData("/calls")]
    [InlineData("/calls/01JC0000000000000000000000")]
    [InlineData("//index.html")]
    public async Task Places_within_the_page_are_the_page(string path)
    {
        await using var center = await TestCenter.Start();
        var answer = await center.Raw($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/html; charset=utf-8", answer, StringComparison.Ordinal);
        Assert.Contains("Cache-Control: no-cache", answer, StringComparison.Ordinal);
        Assert.EndsWith("<p>The page.\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/../../../../etc/hosts.conf")]
    [InlineData("/..%2f..%2f..%2fetc%2fresolv.conf")]
    [InlineData("/assets/%2e%2e/Weir.Center.dll")]
    [InlineData("/assets/..\\..\\weir.db.x")]
    [InlineData("/ui/missing.html")]
    [InlineData("/assets/app-0.js")]
    [InlineData("/ASSETS/APP-1A2B3C.JS")]
    public async Task What_is_no_file_of_the_page_is_not_found(string path)
    {
        await using var center = await TestCenter.Start();
        var answer = await center.Raw($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("br", true)]
    [InlineData("gzip, deflate, br", true)]
    [InlineData("BR;q=0.5", true)]
    [InlineData("br;q=0", false)]
    [InlineData("gzip, brx", false)]
    [InlineData("identity", false)]
    [InlineData(";;,,=", false)]
    public async Task Files_are_compressed_for_those_who_accept_it(string accept, bool compressed)
    {
        await using var center = await TestCenter.Start();
        using var response = await center.Get("/assets/app-1a2b3c.js", ("Accept-Encoding", accept));
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(compressed ? ["br"] : [], response.Content.Headers.ContentEncoding);
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        Assert.Equal("Accept-Encoding", Assert.Single(response.Headers.Vary));
        Assert.Equal("text/javascript", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("immutable", response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        using var plain = new StreamReader(compressed ? new BrotliStream(new MemoryStream(body), CompressionMode.Decompress) : new MemoryStream(body));
        Assert.StartsWith("console.log(\"weir\");", await plain.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{0}", true)]
    [InlineData("W/{0}", true)]
    [InlineData("\"other\", {0}", true)]
    [InlineData("*", true)]
    [InlineData("\"other\"", false)]
    [InlineData("garbage", false)]
    public async Task A_known_file_is_not_sent_again(string ifNoneMatch, bool known)
    {
        await using var center = await TestCenter.Start();
        using var first = await center.Get("/icon.svg");
        var tag = first.Headers.ETag!.ToString();
        using var second = await center.Get("/icon.svg", ("If-None-Match", ifNoneMatch.Replace("{0}", tag, StringComparison.Ordinal)));
        Assert.Equal(known ? HttpStatusCode.NotModified : HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(tag, second.Headers.ETag!.ToString());
        Assert.Equal(known ? 0 : (await first.Content.ReadAsByteArrayAsync()).Length, (await second.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task The_compressed_form_has_a_tag_of_its_own()
    {
        await using var center = await TestCenter.Start();
        using var plain = await center.Get("/icon.svg");
        using var packed = await center.Get("/icon.svg", ("Accept-Encoding", "br"));
        Assert.NotEqual(plain.Headers.ETag, packed.Headers.ETag);
        Assert.False(packed.Headers.ETag!.IsWeak);
    }

    [Fact]
    public async Task A_build_without_page_says_so()
    {
        await using var center = await TestCenter.Start(o => o with { Assets = typeof(Encoding).Assembly });
        using var response = await center.Get("/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("./dev build", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await center.Get("/healthz")).StatusCode);
    }
}
