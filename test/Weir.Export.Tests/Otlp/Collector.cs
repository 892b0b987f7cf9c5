using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Weir.Export.Tests.Otlp;

/// <summary>An answer to one post; <paramref name="Body"/> is JSON.</summary>
public sealed record CollectorAnswer(int Status, string Body = "{}", int? RetryAfterSeconds = null);

/// <summary>
/// Takes traces over OTLP/HTTP in JSON on loopback, and refuses with 400 whatever opentelemetry-proto's trace.proto (1.x) does not have, or has in
/// another form: names in camel case, ids as hexadecimal digits, 64-bit numbers as strings.
/// </summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<CollectorAnswer> _plan;

    private Collector(WebApplication app, IEnumerable<CollectorAnswer> plan) => (_app, _plan) = (app, new(plan));

    public Uri Url => new(_app.Urls.First());

    public ConcurrentQueue<JsonElement> Spans { get; } = [];

    public ConcurrentQueue<JsonElement> Resources { get; } = [];

    public ConcurrentQueue<IHeaderDictionary> Headers { get; } = [];

    public ConcurrentQueue<string> Wrong { get; } = [];

    public static async Task<Collector> Start(params CollectorAnswer[] plan)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var collector = new Collector(app, plan);
        app.MapPost("/v1/traces", collector.Take);
        await app.StartAsync();
        return collector;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    public string Attribute(JsonElement holder, string key)
    {
        foreach (var attribute in holder.GetProperty("attributes").EnumerateArray())
        {
            if (attribute.GetProperty("key").GetString() == key) return attribute.GetProperty("value").EnumerateObject().Single().Value.ToString();
        }

        return "(none)";
    }

    private async Task<IResult> Take(HttpRequest request)
    {
        Headers.Enqueue(new HeaderDictionary(request.Headers.ToDictionary()));
        using var gzip = new GZipStream(request.Body, CompressionMode.Decompress);
        using var body = await JsonDocument.ParseAsync(gzip);
        if (request.ContentType != "application/json" || request.Headers.ContentEncoding != "gzip") return Refuse("not gzipped JSON");
        if (_plan.TryDequeue(out var answer) && answer.Status != 200) return Answer(request, answer);
        try
        {
            foreach (var group in Known(body.RootElement, "resourceSpans").GetProperty("resourceSpans").EnumerateArray()) TakeGroup(group.Clone());
        }
        catch (Exception wrong) when (wrong is FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return Refuse(wrong.Message);
        }

        return Answer(request, answer ?? new CollectorAnswer(200));
    }

    private static IResult Answer(HttpRequest request, CollectorAnswer answer)
    {
        if (answer.RetryAfterSeconds is { } seconds) request.HttpContext.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Results.Text(answer.Body, "application/json", statusCode: answer.Status);
    }

    private IResult Refuse(string reason)
    {
        Wrong.Enqueue(reason);
        return Results.StatusCode(400);
    }

    private void TakeGroup(JsonElement group)
    {
        Known(group, "resource", "scopeSpans", "schemaUrl");
        Attributes(Known(group.GetProperty("resource"), "attributes"));
        Resources.Enqueue(group.GetProperty("resource"));
        foreach (var scope in group.GetProperty("scopeSpans").EnumerateArray())
        {
            Known(Known(scope, "scope", "spans").GetProperty("scope"), "name", "version");
            foreach (var span in scope.GetProperty("spans").EnumerateArray()) TakeSpan(span);
        }
    }

    private void TakeSpan(JsonElement span)
    {
        Known(span, "traceId", "spanId", "parentSpanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano", "attributes", "status");
        Id(span.GetProperty("traceId"), 32);
        Id(span.GetProperty("spanId"), 16);
        if (span.TryGetProperty("parentSpanId", out var parent)) Id(parent, 16);
        if (span.GetProperty("name").GetString() is not { Length: > 0 } || span.GetProperty("kind").GetInt32() is < 1 or > 5) throw new FormatException("name or kind");
        if (Fixed64(span.GetProperty("startTimeUnixNano")) > Fixed64(span.GetProperty("endTimeUnixNano"))) throw new FormatException("it ends before it starts");
        Attributes(span);
        Known(span.GetProperty("status"), "code", "message");
        Spans.Enqueue(span);
    }

    private static void Attributes(JsonElement holder)
    {
        var keys = new HashSet<string>();
        foreach (var attribute in holder.GetProperty("attributes").EnumerateArray())
        {
            if (!keys.Add(Known(attribute, "key", "value").GetProperty("key").GetString()!)) throw new FormatException("a key stands twice");
            var value = Known(attribute.GetProperty("value"), "stringValue", "boolValue", "intValue").EnumerateObject().Single();
            if (value.Name == "intValue" && !long.TryParse(value.Value.GetString(), out _)) throw new FormatException("intValue");
            if (value.Name == "stringValue") value.Value.GetString();
        }
    }

    private static ulong Fixed64(JsonElement number) => ulong.Parse(number.GetString()!, System.Globalization.CultureInfo.InvariantCulture);

    private static void Id(JsonElement id, int digits)
    {
        var text = id.GetString()!;
        if (text.Length != digits || !text.All(char.IsAsciiHexDigitLower) || text.All(digit => digit == '0')) throw new FormatException($"id {text}");
    }

    private static JsonElement Known(JsonElement element, params string[] names)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!names.Contains(property.Name)) throw new FormatException($"{property.Name} is no field here");
        }

        return element;
    }
}
