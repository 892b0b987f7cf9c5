using System.Globalization;
using System.Net;
using System.Text;
using Weir.Center.Auth;

namespace Weir.Center.Tests.Auth;

/// <summary>Every route against what somebody might send who may send something: nothing crashes it, and no more is read than it takes.</summary>
public sealed class HostileRequestTests
{
    /// <summary>In a path or a query.</summary>
    private static readonly string[] s_hostile =
    [
        "..%2F..%2F..%2Fetc%2Fpasswd", "%27%20OR%201%3D1%20--", "%00", "a%0D%0AX-Injected%3A%20yes", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "%ff%fe", "-99999999999999999999999",
        new string('A', 3000),
    ];

    /// <summary>Bodies of every kind that a route may take; the YAML doubles eleven times nine-fold.</summary>
    private static IEnumerable<(string Name, HttpContent Content)> Bodies()
    {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 12; i++) bomb.Append(CultureInfo.InvariantCulture, $"a{i}: &a{i} [").AppendJoin(',', Enumerable.Repeat($"*a{i - 1}", 9)).Append("]\n");
        foreach (var text in new[] { "", "null", "[]", "{", new string('[', 9000), "{\"\\ud800\":1}", "{\"name\":{\"$gt\":\"\"}}", "\u0000", "{\"a\":1,\"a\":2}" })
            yield return ($"JSON {text[..Math.Min(20, text.Length)]}", new StringContent(text, Encoding.UTF8, "application/json"));
        yield return ("YAML in JSON", new StringContent(System.Text.Json.JsonSerializer.Serialize(new { yaml = bomb.ToString() }), Encoding.UTF8, "application/json"));
        yield return ("YAML", new StringContent(bomb.ToString(), Encoding.UTF8, "application/yaml"));
        yield return ("form", new StringContent("a=%00&b=%ff&" + new string('c', 2000), Encoding.UTF8, "application/x-www-form-urlencoded"));
        yield return ("many fields", new StringContent(string.Join('&', Enumerable.Range(0, 2000).Select(n => $"f{n}=1")), Encoding.UTF8, "application/x-www-form-urlencoded"));
        yield return ("file", new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(bomb.ToString())), "file", "bomb.yaml" } });
        yield return ("file name", new MultipartFormDataContent { { new ByteArrayContent([0, 1, 2]), "file", "../../x.yaml" } });
        var broken = new ByteArrayContent(Encoding.ASCII.GetBytes("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.yaml\"\r\n\r\nno end"));
        broken.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");
        yield return ("broken form", broken);
    }

    [Fact]
    public async Task A_hundred_megabytes_are_answered_without_being_read()
    {
        await using var center = await TestCenter.Start();
        var routes = RouteTable.Of(center).Where(static route => route.Method is not "GET").ToList();
        Assert.InRange(routes.Count, 20, 500);
        foreach (var route in routes)
        {
            foreach (var type in (string[])[route.Name.Contains("detect-smells", StringComparison.Ordinal) ? "multipart/form-data; boundary=x" : "application/json"])
            {
                // The token anew: some of them end the session that comes by.
                var answer = await center.Raw(
                    $"{route.Method} {route.Address} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TestCenter.Token(center.Host)}\r\n{SameOrigin.Header}: 1\r\nContent-Type: {type}\r\nContent-Length: 104857600\r\n\r\n{{",
                    static said => said.Contains("\r\n\r\n", StringComparison.Ordinal));
                var status = int.Parse(answer.Split(' ')[1], CultureInfo.InvariantCulture);
                Assert.True(status is not 500 and < 504, $"{route.Name} {type}: {answer}");
                Assert.True(answer.Contains("Connection: close", StringComparison.OrdinalIgnoreCase), $"{route.Name} {type}: {answer}");
            }
        }
    }

    [Fact]
    public async Task No_name_in_a_path_or_a_query_breaks_a_route()
    {
        await using var center = await TestCenter.Start();
        var paths = (await center.Json("/openapi/v1.json")).GetProperty("paths");
        foreach (var route in RouteTable.Of(center).Where(static route => !route.Name.Contains("stream", StringComparison.Ordinal)))
        {
            using var visitor = Visitor.WithToken(center, TestCenter.Token(center.Host));
            foreach (var bad in s_hostile)
            {
                foreach (var parameter in route.Parameters.Where(static one => one is not ("path" or "documentName")))
                    await Answered(visitor, route, route.Address.Replace($"/{parameter}", $"/{bad}", StringComparison.Ordinal));
                if (!paths.TryGetProperty(route.Name.Split(' ')[1], out var path) || !path.TryGetProperty(route.Method.ToLowerInvariant(), out var operation) || !operation.TryGetProperty("parameters", out var known)) continue;
                foreach (var parameter in known.EnumerateArray().Where(static one => one.GetProperty("in").GetString() == "query"))
                    await Answered(visitor, route, $"{route.Address}?{parameter.GetProperty("name").GetString()}={bad}");
            }
        }
    }

    [Fact]
    public async Task No_body_breaks_a_route()
    {
        await using var center = await TestCenter.Start();
        foreach (var route in RouteTable.Of(center).Where(static route => route.Method is not "GET"))
        {
            using var visitor = Visitor.WithToken(center, TestCenter.Token(center.Host));
            foreach (var (name, content) in Bodies())
            {
                using (content)
                {
                    using var answer = await visitor.Send(route.Method, route.Address, content, (SameOrigin.Header, "1"));
                    Assert.True((int)answer.StatusCode is not 500 and < 504, $"{route.Name} with {name}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                }
            }
        }
    }

    private static async Task Answered(Visitor visitor, RouteTable.Route route, string address)
    {
        using var answer = await visitor.Send(route.Method, address, route.Method == "GET" ? null : "{}", (SameOrigin.Header, "1"));
        Assert.True((int)answer.StatusCode is not 500 and < 504, $"{route.Method} {address}: {(int)answer.StatusCode}");
        Assert.False(answer.Headers.Contains("X-Injected"), address);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("root:x:0", text, StringComparison.Ordinal);
        if (answer.Content.Headers.ContentType?.MediaType == "text/html") Assert.DoesNotContain("<script>alert", text, StringComparison.Ordinal);
    }
}
