using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Kubernetes.Model;

namespace Weir.Kubernetes;

/// <summary>Reads what a server says of a failure, and says it so that somebody can do something about it.</summary>
internal static partial class Failures
{
    /// <summary>A Status is some hundred bytes; a proxy's page may be more, and its beginning suffices.</summary>
    private const int MaxBytes = 64 * 1024;

    public static async Task<KubernetesException> ReadAsync(
        KubernetesRequest request, HttpResponseMessage response, string origin, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[MaxBytes];
        var length = await stream.ReadAtLeastAsync(buffer, MaxBytes, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        var status = Parse(buffer.AsSpan(0, length));
        var retry = response.Headers.RetryAfter is { } header
            ? header.Delta ?? (header.Date is { } date ? date - DateTimeOffset.UtcNow : null)
            : null;
        return Of(request, (int)response.StatusCode, status, retry, origin);
    }

    /// <summary>Of a Status that stands for itself, as in the ERROR event of a watch.</summary>
    public static KubernetesException Of(KubernetesRequest? request, int code, Status? status, TimeSpan? retryAfter = null, string origin = "")
    {
        var said = status?.Message ?? $"HTTP {code}";
        var fault = FaultOf(code, status?.Reason);
        var message = fault switch
        {
            KubernetesFault.Unauthorized => $"the API server does not accept the credentials of {origin}: {said}",
            KubernetesFault.Forbidden when request is not null => Explain(request, said),
            _ => request is null ? said : $"{request}: {said}",
        };
        var details = status?.Details;
        var retry = retryAfter ?? (details?.RetryAfterSeconds > 0 ? TimeSpan.FromSeconds(details.RetryAfterSeconds) : null);
        return new KubernetesException(fault, message)
        {
            StatusCode = (HttpStatusCode)code,
            Reason = status?.Reason ?? "",
            RetryAfter = retry is { } wait && wait > TimeSpan.Zero ? wait : null,
            Conflicts = [.. details?.Causes?.Where(cause => cause.Reason == "FieldManagerConflict").Select(cause => new FieldConflict(cause.Field ?? "", cause.Message ?? "")) ?? []],
        };
    }

    /// <summary>
    /// The authorizer says who may not do what (registry of the API server: <c>User "x" cannot list resource "pods" in API group "" at the
    /// cluster scope</c>). What it does not say is the rule to add.
    /// </summary>
    private static string Explain(KubernetesRequest request, string said)
    {
        if (Denied().Match(said) is not { Success: true } denied || request.Type is not { } type) return $"{request} is forbidden: {said}";
        var user = denied.Groups["user"].Value;
        var resource = request.Subresource is { } sub ? $"{type.Plural}/{sub}" : type.Plural;
        var verbs = request.Verb is "list" or "watch" ? "\"list\", \"watch\"" : $"\"{request.Verb}\"";
        var (role, where) = request.Namespace is { } space && type.Namespaced ? ("Role", $" in namespace {space}") : ("ClusterRole", " in the whole cluster");
        var text = new StringBuilder($"{user} may not {request.Verb} {resource}{where}. Missing is a rule ");
        text.Append($"{{apiGroups: [\"{type.Group}\"], resources: [\"{resource}\"], verbs: [{verbs}]}} in a {role} that a {role}Binding gives to ");
        text.Append(user.StartsWith("system:serviceaccount:", StringComparison.Ordinal) ? "that service account" : "that user");
        // A binding to a role that is not there is told behind the rest.
        var rest = said.IndexOf(": RBAC: ", StringComparison.Ordinal);
        return rest < 0 ? text.ToString() : text.Append($" ({said[(rest + 2)..]})").ToString();
    }

    private static Status? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, KubernetesJson.Default.Status);
        }
        catch (JsonException)
        {
            // A proxy before the server answered in its own words: the code must do.
            return null;
        }
    }

    private static KubernetesFault FaultOf(int code, string? reason) => code switch
    {
        401 => KubernetesFault.Unauthorized,
        403 => KubernetesFault.Forbidden,
        404 => KubernetesFault.NotFound,
        409 => KubernetesFault.Conflict,
        410 => KubernetesFault.Gone,
        429 or 503 => KubernetesFault.Throttled,
        >= 400 and < 500 => KubernetesFault.Invalid,
        >= 500 => KubernetesFault.Server,
        _ => reason is "Expired" or "Gone" ? KubernetesFault.Gone : KubernetesFault.Malformed,
    };

    [GeneratedRegex("User \"(?<user>[^\"]*)\" cannot ")]
    private static partial Regex Denied();
}
