using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Weir.Export.Tests.Apisec;

/// <summary>What the stand-in does with a request.</summary>
public enum Mood
{
    Answer,
    /// <summary>500, nothing done.</summary>
    Fail,
    /// <summary>429 with Retry-After: 1, nothing done.</summary>
    Throttle,
    /// <summary>No answer, nothing done.</summary>
    Hang,
    /// <summary>Does it, and closes the connection within the answer.</summary>
    Lose,
    /// <summary>Does it, and answers with 200 and something that is no JSON, as proxies do.</summary>
    Garble,
    /// <summary>Does it, and answers 500.</summary>
    LoseWith500,
    Unauthorized,
    Forbidden,
    Reject,
}

/// <summary>
/// The platform, as strict as its contract is known: anything that is not exactly what the reference client sends is a violation, which
/// tests find in <see cref="Violations"/>; adding an endpoint that is there, too. What it was told outlives <see cref="Restart"/>.
/// </summary>
internal sealed partial class StandIn : IDisposable
{
    public const string Token = "weir-test-token-0123456789";

    private readonly Lock _gate = new();
    private readonly Queue<Mood> _plan = new();
    private readonly List<HttpListenerContext> _hanging = [];
    private HttpListener _listener = new();
    private int _ids;

    public StandIn()
    {
        var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        Start();
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    public string Accepted { get; set; } = Token;

    /// <summary>Instances of which nothing more is known than that they exist, by application.</summary>
    public Dictionary<string, Application> Applications { get; } = [];

    public List<string> Violations { get; } = [];

    /// <summary>Method and path of every request, with the answer.</summary>
    public List<string> Journal { get; } = [];

    /// <summary>Answer for a request by its path, before the plan; null for none.</summary>
    public Func<string, string, Mood?>? Rule { get; set; }

    /// <summary>An array instead of an object for instances/batch, an object without ids, …</summary>
    public string? InstanceAnswer { get; set; }

    /// <summary>False answers of a batch with suggestions in no order that says which is which.</summary>
    public int MaxPreview { get; set; } = int.MaxValue;

    public void Plan(params Mood[] moods)
    {
        lock (_gate)
            foreach (var mood in moods) _plan.Enqueue(mood);
    }

    public Instance AddInstance(string name = "orders", string app = "app-1", string instance = "inst-1")
    {
        lock (_gate)
        {
            if (!Applications.TryGetValue(app, out var application)) Applications[app] = application = new Application(name);
            return application.Instances[instance] = new Instance();
        }
    }

    public List<string> EndpointsOf(string app = "app-1", string instance = "inst-1")
    {
        lock (_gate) return [.. Applications[app].Instances[instance].Endpoints.Select(one => $"{one.Method} {one.Path}").Order(StringComparer.Ordinal)];
    }

    public void Stop() => _listener.Stop();

    public void Start()
    {
        _listener = new HttpListener();
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        var listener = _listener;
        _ = Task.Run(() => Accept(listener));
    }

    /// <summary>Ends every connection, whatever it is at, and begins again.</summary>
    public void Restart()
    {
        _listener.Abort();
        Start();
    }

    public void Dispose()
    {
        lock (_gate)
            foreach (var context in _hanging) context.Response.Abort();
        ((IDisposable)_listener).Dispose();
    }

    private async Task Accept(HttpListener listener)
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            try
            {
                Handle(context);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The client went away, or this server restarts.
            }
        }
    }

    private void Handle(HttpListenerContext context)
    {
        var request = context.Request;
        using var copy = new MemoryStream();
        request.InputStream.CopyTo(copy);
        var body = copy.ToArray();
        var path = request.RawUrl!;
        lock (_gate)
        {
            var mood = Rule?.Invoke(request.HttpMethod, path) ?? (_plan.TryDequeue(out var planned) ? planned : Mood.Answer);
            Journal.Add($"{request.HttpMethod} {path} {mood}");
            switch (mood)
            {
                case Mood.Fail: Say(context, 500, """{"message":"try again"}"""); return;
                case Mood.Throttle:
                    context.Response.AddHeader("Retry-After", "1");
                    Say(context, 429, "{}");
                    return;
                case Mood.Hang: _hanging.Add(context); return;
                case Mood.Unauthorized: Say(context, 401, """{"message":"Unauthorized"}"""); return;
                case Mood.Forbidden: Say(context, 403, "{}"); return;
                case Mood.Reject: Say(context, 422, """{"message":"not this one"}"""); return;
                default: break;
            }

            var (status, answer) = request.Headers["Authorization"] == $"Bearer {Accepted}" ? Answer(request, path, body) : (401, """{"message":"Unauthorized"}""");
            switch (mood)
            {
                case Mood.Lose: BreakOff(context); break;
                case Mood.Garble: Say(context, 200, "<html>Welcome</html>"); break;
                case Mood.LoseWith500: Say(context, 500, "{}"); break;
                default: Say(context, status, answer); break;
            }
        }
    }

    private (int Status, string Body) Answer(HttpListenerRequest request, string path, byte[] body)
    {
        if (request.Headers["Accept"] != "application/json") Violate("no Accept: application/json");
        var match = InstancePath().Match(path);
        if (match.Success)
        {
            if (!Applications.TryGetValue(match.Groups[1].Value, out var application) || !application.Instances.TryGetValue(match.Groups[2].Value, out var instance))
                return (404, """{"message":"no such instance"}""");
            return (request.HttpMethod, match.Groups[3].Value) switch
            {
                ("GET", "endpoints?include=metadata&slim=true") => List(instance),
                ("POST", "bolt/preview") => Preview(instance, StandInForms.File(request, body, "file", "bolt.json", "application/json", Violate)),
                ("POST", "bolt/commit") => Commit(instance, Json(request, body)),
                ("POST", "add-endpoints") => AddEndpoints(instance, Json(request, body)),
                _ => Unknown(request, path),
            };
        }

        if (request.HttpMethod == "GET" && path.StartsWith("/v1/applications?include=metadata", StringComparison.Ordinal)) return Page(path);
        if (request.HttpMethod == "POST" && path == "/v1/applications/oas") return Create(request, body);
        if (BatchPath().Match(path) is { Success: true } batch && request.HttpMethod == "POST") return CreateInstance(batch.Groups[1].Value, Json(request, body));
        if (ApplicationPath().Match(path) is { Success: true } one && request.HttpMethod == "GET")
            return Applications.TryGetValue(one.Groups[1].Value, out var found) ? (200, Write(one.Groups[1].Value, found)) : (404, "{}");
        return Unknown(request, path);
    }

    private (int, string) Preview(Instance instance, string? file)
    {
        if (file is null) return (400, "{}");
        var suggestions = new List<string>();
        var unmatched = new List<string>();
        var requests = JsonDocument.Parse(file).RootElement.GetProperty("requests").EnumerateArray().ToList();
        if (requests.Count > MaxPreview) return (413, "{}");
        foreach (var one in requests)
        {
            var (method, url) = (one.GetProperty("method").GetString()!, one.GetProperty("url").GetString()!);
            if (method.Any(char.IsAsciiLetterLower) || url[0] != '/') Violate($"preview of {method} {url}");
            if (one.GetProperty("requestHeaders").ValueKind != JsonValueKind.Object) Violate("requestHeaders is no object");
            if (one.TryGetProperty("requestBody", out var body) && body.GetString()!.Length == 0) Violate("an empty requestBody");
            var path = url.Split('?')[0];
            var known = instance.Endpoints.Where(endpoint => endpoint.Method == method && Fits(endpoint.Path, path)).MinBy(endpoint => endpoint.Path.Count(c => c == '{'));
            if (known is null) unmatched.Add($$"""{"method":"{{method}}","url":"{{url}}"}""");
            else suggestions.Add($$"""{"endpointId":"{{known.Id}}","path":"{{known.Path}}","pathParams":{"p":"1"},"queryParams":{} }""");
        }

        return (200, $$"""{"matchedRequests":{{suggestions.Count}},"unmatchedRequests":{{unmatched.Count}},"endpointSuggestions":[{{string.Join(',', suggestions)}}],"unmatched":[{{string.Join(',', unmatched)}}]}""");
    }

    private (int, string) Commit(Instance instance, JsonElement body)
    {
        if (!body.GetProperty("applyRequestBodies").GetBoolean()) Violate("applyRequestBodies is not true");
        var seen = new HashSet<string>();
        foreach (var one in body.GetProperty("endpoints").EnumerateArray())
        {
            var id = one.GetProperty("endpointId").GetString()!;
            if (!seen.Add(id)) Violate($"{id} twice in one commit");
            if (instance.Endpoints.Find(endpoint => endpoint.Id == id) is not { } known) return (404, """{"message":"no such endpoint"}""");
            if (!one.GetProperty("include").GetBoolean()) Violate("include is not true");
            foreach (var name in (string[])["pathParams", "queryParams", "headers"])
                if (one.GetProperty(name).ValueKind != JsonValueKind.Object) Violate($"{name} is no object");
            known.Commits++;
            foreach (var header in one.GetProperty("headers").EnumerateObject()) known.Headers[header.Name] = header.Value.GetString()!;
            if (!one.TryGetProperty("requestBodyExample", out var example)) continue;
            if (example.GetProperty("contentType").GetString()!.Length == 0 || example.GetProperty("content").GetString()!.Length == 0) Violate("an empty requestBodyExample");
            known.Bodies.Add(example.GetProperty("content").GetString()!);
        }

        return (200, $$"""{"endpointsUpdated":{{seen.Count}},"endpointsAdded":0}""");
    }

    private (int, string) AddEndpoints(Instance instance, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Array) return (400, "{}");
        foreach (var one in body.EnumerateArray())
        {
            var (method, path, payload) = (one.GetProperty("method").GetString()!, one.GetProperty("endpoint").GetString()!, one.GetProperty("payload").GetString()!);
            if (method.Any(char.IsAsciiLetterUpper)) Violate($"{method} is not in lower case");
            if (path[0] != '/' || path.Contains('?', StringComparison.Ordinal)) Violate($"endpoint {path}");
            var names = Parameter().Matches(path).Select(match => match.Value).ToList();
            if (names.Distinct().Count() != names.Count) Violate($"{path} names two parameters alike");
            var shape = Parameter().Replace(path, "{}");
            if (instance.Endpoints.Exists(endpoint => endpoint.Method.Equals(method, StringComparison.OrdinalIgnoreCase) && Parameter().Replace(endpoint.Path, "{}") == shape)) Violate($"{method} {path} was added twice");
            var added = new Endpoint(method.ToUpperInvariant(), path);
            if (payload.Length > 0) added.Bodies.Add(payload);
            instance.Endpoints.Add(added);
        }

        return (200, "{}");
    }

    private static (int, string) List(Instance instance) => instance.Endpoints.Count == 0
        ? (404, """{"message":"no endpoints"}""")
        : (200, $$"""{"metadata":{"numEndpoints":{{instance.Endpoints.Count}} },"endpointGroups":[{"groupId":"g","name":"all","endpoints":[{{string.Join(',', instance.Endpoints.Select(Write))}}]}]}""");

    private (int, string) Page(string path)
    {
        const string Next = "&nextToken=";
        var from = path.IndexOf(Next, StringComparison.Ordinal) is > 0 and var at ? int.Parse(path[(at + Next.Length)..], System.Globalization.CultureInfo.InvariantCulture) : 0;
        // Two on a page, so that there are pages.
        var page = Applications.Skip(from).Take(2).Select(one => Write(one.Key, one.Value));
        return (200, $$"""{"applications":[{{string.Join(',', page)}}],"nextToken":{{(from + 2 < Applications.Count ? $"\"{from + 2}\"" : "null")}}}""");
    }

    private (int, string) Create(HttpListenerRequest request, byte[] body)
    {
        var specification = StandInForms.File(request, body, "fileUpload", "openapi-spec.yaml", "application/x-yaml", Violate);
        var name = StandInForms.Text(request, body, "applicationName");
        if (specification?.Contains("paths: {}", StringComparison.Ordinal) != true || !specification.StartsWith("openapi: 3.0.0", StringComparison.Ordinal)) Violate("the specification is not the minimal one");
        if (StandInForms.Text(request, body, "origin") != "K8S_DAEMONSET") Violate("origin");
        if (string.IsNullOrEmpty(name)) return (400, "{}");
        if (Applications.Values.Any(one => one.Name == name)) Violate($"application {name} was made twice");
        var id = $"app-{++_ids}-made";
        Applications[id] = new Application(name);
        return (201, $$"""{"applicationId":"{{id}}","hostUrls":[]}""");
    }

    private (int, string) CreateInstance(string app, JsonElement body)
    {
        if (!Applications.TryGetValue(app, out var application)) return (404, "{}");
        var items = body.GetProperty("instanceRequestItems").EnumerateArray().ToList();
        if (items.Count != 1 || items[0].GetProperty("hostUrl").GetString() != "/") Violate("instanceRequestItems");
        if (items[0].GetProperty("instanceName").GetString() != $"{application.Name}_instance") Violate("instanceName");
        if (application.Instances.Count > 0) Violate($"{app} got a second instance");
        var id = $"inst-{++_ids}-made";
        application.Instances[id] = new Instance();
        return (200, (InstanceAnswer ?? """[{"instanceId":"MADE"}]""").Replace("MADE", id, StringComparison.Ordinal));
    }

    private JsonElement Json(HttpListenerRequest request, byte[] body)
    {
        if (request.ContentType != "application/json") Violate($"Content-Type {request.ContentType}");
        return JsonDocument.Parse(body).RootElement;
    }

    private (int, string) Unknown(HttpListenerRequest request, string path)
    {
        Violate($"{request.HttpMethod} {path} is no call of the platform");
        return (404, "{}");
    }

    private void Violate(string what) => Violations.Add(what);

    private static string Write(string id, Application application) =>
        $$"""{"applicationId":"{{id}}","applicationName":"{{application.Name}}","applicationType":"OPEN_API","instances":[{{string.Join(',',
            application.Instances.Keys.Select(one => $$"""{"instanceId":"{{one}}","hostUrl":"/","latestScanStats":null}"""))}}]}""";

    private static string Write(Endpoint one) => $$"""{"id":"{{one.Id}}","path":"{{one.Path}}","method":"{{one.Method.ToLowerInvariant()}}"}""";

    private static bool Fits(string template, string path) =>
        Regex.IsMatch(path, "^" + string.Join('/', template.Split('/').Select(part => part.StartsWith('{') ? "[^/]+" : Regex.Escape(part))) + "$");

    private static void BreakOff(HttpListenerContext context)
    {
        context.Response.ContentLength64 = 1000;
        context.Response.OutputStream.Write("{"u8);
        context.Response.OutputStream.Flush();
        context.Response.Abort();
    }

    private static void Say(HttpListenerContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var bytes = Encoding.UTF8.GetBytes(body);
        context.Response.ContentLength64 = bytes.Length;
        context.Response.OutputStream.Write(bytes);
        context.Response.Close();
    }

    [GeneratedRegex(@"^/v1/applications/([^/?]+)/instances/([^/?]+)/(.+)$")]
    private static partial Regex InstancePath();

    [GeneratedRegex(@"^/v1/applications/([^/?]+)/instances/batch$")]
    private static partial Regex BatchPath();

    [GeneratedRegex(@"^/v1/applications/([^/?]+)$")]
    private static partial Regex ApplicationPath();

    [GeneratedRegex(@"\{[^/}]+\}")]
    private static partial Regex Parameter();

    internal sealed record Application(string Name)
    {
        public Dictionary<string, Instance> Instances { get; } = [];
    }

    internal sealed class Instance
    {
        public List<Endpoint> Endpoints { get; } = [];
    }

    internal sealed record Endpoint(string Method, string Path)
    {
        public string Id => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Method}:{Path}"));

        public List<string> Bodies { get; } = [];

        public Dictionary<string, string> Headers { get; } = [];

        public int Commits { get; set; }
    }
}
