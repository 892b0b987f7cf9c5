using System.Text.Json;
using Weir.Records;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests;

public sealed class HarOutputTests
{
    private static byte[] Write(params Exchange[] exchanges)
    {
        var stream = new MemoryStream();
        using (var output = new HarOutput(stream, "test"))
        {
            var lane = output.OpenLane();
            foreach (var exchange in exchanges) lane.Write(exchange);
        }

        return stream.ToArray();
    }

    private static JsonElement Only(Exchange exchange)
    {
        var bytes = Write(exchange);
        HarSchema.Check(bytes);
        return JsonDocument.Parse(bytes).RootElement.GetProperty("log").GetProperty("entries")[0];
    }

    [Fact]
    public void An_empty_file_is_a_valid_har() => Assert.Equal(0, HarSchema.Check(Write()));

    [Fact]
    public void Every_kind_of_exchange_is_valid()
    {
        var noResponse = TestExchange.Get();
        noResponse.Complete = false;
        var noRequest = TestExchange.GetOk();
        noRequest.HasRequest = false;
        noRequest.Request.Clear();
        var binary = TestExchange.GetOk("\u00ff\u0000\u00d8");
        TestExchange.Body(binary.Request, [0xFF, 0xFE]);
        var cookies = TestExchange.GetOk();
        TestExchange.Header(cookies.Request, "Cookie", "a=1; b=\"2\"; ; c");
        TestExchange.Header(cookies.Response, "Set-Cookie", "id=7; Path=/; HttpOnly; Secure; Expires=Wed, 21 Oct 2026 07:28:00 GMT");
        TestExchange.Header(cookies.Response, "Set-Cookie", "");
        Assert.Equal(6, HarSchema.Check(Write(
            TestExchange.GetOk(), noResponse, noRequest, binary, cookies, TestExchange.Empty())));
    }

    [Fact]
    public void A_call_has_its_url_query_timings_and_content()
    {
        var entry = Only(TestExchange.GetOk());
        Assert.Equal("2026-01-31T12:00:00.123456Z", entry.GetProperty("startedDateTime").GetString());
        Assert.Equal(12.5, entry.GetProperty("time").GetDouble());
        Assert.Equal(0.1, entry.GetProperty("timings").GetProperty("send").GetDouble());
        Assert.Equal(11.9, entry.GetProperty("timings").GetProperty("wait").GetDouble());
        Assert.Equal(0.5, entry.GetProperty("timings").GetProperty("receive").GetDouble());
        var request = entry.GetProperty("request");
        Assert.Equal("http://orders:8080/api/v2/orders/17?page=2", request.GetProperty("url").GetString());
        Assert.Equal("2", request.GetProperty("queryString")[0].GetProperty("value").GetString());
        Assert.False(request.TryGetProperty("postData", out _));
        Assert.Equal("{\"id\":17}", entry.GetProperty("response").GetProperty("content").GetProperty("text").GetString());
        Assert.Equal("10.0.0.9", entry.GetProperty("serverIPAddress").GetString());
    }

    [Fact]
    public void A_missing_response_has_status_0_and_the_reason()
    {
        var exchange = TestExchange.Get();
        exchange.Complete = false;
        exchange.Anomalies.Add(Anomaly.ResponseMissingIdle);
        var response = Only(exchange).GetProperty("response");
        Assert.Equal(0, response.GetProperty("status").GetInt32());
        Assert.Equal("response_missing_idle", response.GetProperty("_error").GetString());
    }

    [Fact]
    public void A_set_cookie_becomes_an_object()
    {
        var exchange = TestExchange.GetOk();
        TestExchange.Header(exchange.Response, "Set-Cookie", "id=7; Path=/x; HttpOnly; Expires=Wed, 21 Oct 2026 07:28:00 GMT");
        var cookie = Only(exchange).GetProperty("response").GetProperty("cookies")[0];
        Assert.Equal("7", cookie.GetProperty("value").GetString());
        Assert.Equal("/x", cookie.GetProperty("path").GetString());
        Assert.Equal("2026-10-21T07:28:00Z", cookie.GetProperty("expires").GetString());
        Assert.True(cookie.GetProperty("httpOnly").GetBoolean());
    }

    [Fact]
    public void The_file_is_valid_after_every_flush_without_closing()
    {
        var stream = new MemoryStream();
        using var output = new HarOutput(stream, "test");
        IExchangeLane[] lanes = [output.OpenLane(), output.OpenLane()];
        for (var i = 0; i < 5; i++)
        {
            lanes[i % 2].Write(TestExchange.GetOk());
            lanes[0].Flush();
            lanes[1].Flush();
            Assert.Equal(i + 1, HarSchema.Check(stream.ToArray()));
        }
    }
}
