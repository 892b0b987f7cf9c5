using System.Net;
using System.Text;
using System.Text.Json;

namespace Weir.Export.Apisec;

/// <summary>
/// Finds the application of a service by its exact name, or makes one, with an instance. Every step looks first whether it was done: one
/// whose answer was lost is not done again.
/// </summary>
internal sealed class ApisecOnboarding(ApisecClient client, ApisecRetry retry, Action<string> tell)
{
    private const int MostPages = 1000;

    /// <summary>The name under which a service of this cluster is onboarded; null for hosts outside, which are somebody else's.</summary>
    /// <param name="service">As the catalogue names it.</param>
    /// <param name="mapped">Services that have a mapping: where one of the same name is in another namespace, this one carries its own.</param>
    public static string? NameOf(string service, IEnumerable<string> mapped)
    {
        if (ServiceNames.Short(service) is not { } name) return null;
        var isInside = service.Contains('/', StringComparison.Ordinal) || !service.Contains('.', StringComparison.Ordinal)
            || service.EndsWith(".svc", StringComparison.Ordinal) || service.Contains(".svc.", StringComparison.Ordinal);
        if (!isInside || name == "localhost" || IPAddress.TryParse(name, out _)) return null;
        var isTaken = mapped.Any(other => other != service && ServiceNames.Short(other) == name);
        return isTaken ? ServiceNames.Of(service).Find(one => one.Contains('.', StringComparison.Ordinal) && one != service) ?? service : name;
    }

    /// <summary>A specification without paths, of which an application is made.</summary>
    public static byte[] Specification(string name) => Encoding.UTF8.GetBytes(
        $"openapi: 3.0.0\ninfo:\n  title: {JsonSerializer.Serialize(name, ApisecText.Default.String)}\n  version: 1.0.0\nservers:\n  - url: /\npaths: {{}}\n");

    public async Task<(ApisecTarget? Target, ApisecAnswer? Trouble)> Find(string name, CancellationToken cancel)
    {
        var (application, trouble) = await Application(name, cancel);
        if (trouble is not null) return (null, trouble);
        if (application.ValueKind == JsonValueKind.Object && Target(application) is { } known) return (known, null);
        var appId = ApisecJson.Text(application, "applicationId");
        if (appId is null)
        {
            tell($"apisec: no application is named {name}; creating it");
            var made = await client.CreateApplication(name, Specification(name), cancel);
            if (!made.IsTaken) return (null, made);
            appId = ApisecJson.Text(made.Body, "applicationId");
            if (appId is null) return (null, Later(made, "the answer names no applicationId; it is looked for by its name"));
        }

        return await Instance(appId, name, cancel);
    }

    private async Task<(JsonElement Application, ApisecAnswer? Trouble)> Application(string name, CancellationToken cancel)
    {
        string? next = null;
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await client.Applications(next, cancel);
            if (!answer.IsTaken) return (default, answer);
            foreach (var application in ApisecJson.Items(ApisecJson.Get(answer.Body, "applications")))
                if (ApisecJson.Text(application, "applicationName") == name) return (application, null);
            next = ApisecJson.Text(answer.Body, "nextToken");
            if (next is null) break;
        }

        return (default, null);
    }

    private async Task<(ApisecTarget? Target, ApisecAnswer? Trouble)> Instance(string appId, string name, CancellationToken cancel)
    {
        var before = await client.Application(appId, cancel);
        if (!before.IsTaken && before.Status != 404) return (null, before);
        if (Target(before.Body, appId) is { } there) return (there, null);
        var made = await client.CreateInstance(appId, $"{name}_instance", cancel);
        if (!made.IsTaken) return (null, made);
        if (ApisecJson.InstanceId(made.Body) is { } id) return (new ApisecTarget(appId, id), null);
        for (var poll = 0; poll < retry.InstancePolls; poll++)
        {
            await Task.Delay(retry.InstancePollMs, cancel);
            var now = await client.Application(appId, cancel);
            if (!now.IsTaken) return (null, now);
            if (Target(now.Body, appId) is { } found) return (found, null);
        }

        return (null, Later(made, $"application {appId} has no instance after {retry.InstancePolls} looks"));
    }

    private static ApisecTarget? Target(JsonElement application, string? appId = null)
    {
        appId ??= ApisecJson.Text(application, "applicationId");
        var instance = ApisecJson.Text(ApisecJson.Items(ApisecJson.Get(application, "instances")).FirstOrDefault(), "instanceId");
        return appId is null || instance is null ? null : new ApisecTarget(appId, instance);
    }

    private static ApisecAnswer Later(ApisecAnswer answer, string problem) => answer with { Outcome = ApisecOutcome.Later, Problem = problem };
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class ApisecText : System.Text.Json.Serialization.JsonSerializerContext;
