using System.Text.Json;
using Xunit;

namespace Weir.Export.Tests;

/// <summary>The fields that HAR 1.2 requires, with their types.</summary>
internal static class HarSchema
{
    /// <summary>Returns the number of entries.</summary>
    public static int Check(byte[] har)
    {
        using var document = JsonDocument.Parse(har);
        var log = Has(document.RootElement, "log", JsonValueKind.Object);
        Assert.Equal("1.2", Text(log, "version"));
        var creator = Has(log, "creator", JsonValueKind.Object);
        Text(creator, "name");
        Text(creator, "version");
        Has(log, "pages", JsonValueKind.Array);
        var entries = Has(log, "entries", JsonValueKind.Array);
        foreach (var entry in entries.EnumerateArray()) Entry(entry);
        return entries.GetArrayLength();
    }

    private static void Entry(JsonElement entry)
    {
        Assert.True(entry.GetProperty("startedDateTime").TryGetDateTimeOffset(out _));
        var timings = Has(entry, "timings", JsonValueKind.Object);
        var sum = Duration(timings, "send") + Duration(timings, "wait") + Duration(timings, "receive");
        Assert.InRange(Duration(entry, "time") - sum, -0.01, 0.01);
        Has(entry, "cache", JsonValueKind.Object);
        Text(entry, "serverIPAddress");
        Text(entry, "connection");
        var request = Message(entry, "request");
        Text(request, "method");
        Assert.True(Uri.TryCreate(Text(request, "url"), UriKind.Absolute, out _));
        Pairs(request, "queryString");
        if (request.TryGetProperty("postData", out var post))
        {
            Text(post, "mimeType");
            Text(post, "text");
        }

        var response = Message(entry, "response");
        Has(response, "status", JsonValueKind.Number);
        Text(response, "statusText");
        Text(response, "redirectURL");
        var content = Has(response, "content", JsonValueKind.Object);
        Assert.True(Has(content, "size", JsonValueKind.Number).GetInt64() >= 0);
        Text(content, "mimeType");
        if (content.TryGetProperty("encoding", out var encoding))
        {
            Assert.Equal("base64", encoding.GetString());
            Convert.FromBase64String(Text(content, "text"));
        }
    }

    private static JsonElement Message(JsonElement entry, string name)
    {
        var message = Has(entry, name, JsonValueKind.Object);
        Text(message, "httpVersion");
        Pairs(message, "headers");
        Pairs(message, "cookies");
        Assert.True(Has(message, "headersSize", JsonValueKind.Number).GetInt64() >= -1);
        Assert.True(Has(message, "bodySize", JsonValueKind.Number).GetInt64() >= -1);
        return message;
    }

    private static void Pairs(JsonElement parent, string name)
    {
        foreach (var pair in Has(parent, name, JsonValueKind.Array).EnumerateArray())
        {
            Text(pair, "name");
            Text(pair, "value");
        }
    }

    private static double Duration(JsonElement parent, string name)
    {
        var value = Has(parent, name, JsonValueKind.Number).GetDouble();
        Assert.True(value >= 0);
        return value;
    }

    private static string Text(JsonElement parent, string name) => Has(parent, name, JsonValueKind.String).GetString()!;

    private static JsonElement Has(JsonElement parent, string name, JsonValueKind kind)
    {
        Assert.True(parent.TryGetProperty(name, out var value), $"{name} is missing");
        Assert.Equal(kind, value.ValueKind);
        return value;
    }
}
