using System.Net;

namespace Weir.Kubernetes;

/// <summary>Whose fault it is that a request failed, or what to do about it.</summary>
public enum KubernetesFault
{
    /// <summary>A kubeconfig, token or certificate that cannot be used.</summary>
    Configuration,
    /// <summary>No answer: no connection, no trust, or it broke off.</summary>
    Unreachable,
    /// <summary>The server does not know who asks (401).</summary>
    Unauthorized,
    /// <summary>It knows, and refuses (403); the message names the missing rule where RBAC refused.</summary>
    Forbidden,
    NotFound,
    /// <summary>Somebody else owns a field, or changed the object meanwhile (409).</summary>
    Conflict,
    /// <summary>The resource version or continue token is too old (410): list again.</summary>
    Gone,
    /// <summary>The server does not accept what was sent (400, 405, 406, 415, 422).</summary>
    Invalid,
    /// <summary>Too many requests (429), or the server is not ready (503): try later.</summary>
    Throttled,
    /// <summary>The server failed (other 5xx).</summary>
    Server,
    /// <summary>The answer is not what an API server says.</summary>
    Malformed,
}

/// <summary>A field that another manager owns.</summary>
/// <param name="Field">Path in the object: <c>.spec.replicas</c>.</param>
/// <param name="Message">The server's words: who owns it.</param>
public readonly record struct FieldConflict(string Field, string Message);

/// <summary>A request to an API server failed. The message is for users and holds no credentials.</summary>
public sealed class KubernetesException : Exception
{
    public KubernetesException()
    {
    }

    public KubernetesException(string message)
        : base(message)
    {
    }

    public KubernetesException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public KubernetesException(KubernetesFault fault, string message, Exception? inner = null)
        : base(message, inner) => Fault = fault;

    public KubernetesFault Fault { get; init; } = KubernetesFault.Malformed;

    /// <summary>0 without an answer.</summary>
    public HttpStatusCode StatusCode { get; init; }

    /// <summary>The server's one-word reason: <c>Expired</c>, <c>AlreadyExists</c> …; empty without.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When the server wants to be asked again; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Of a server-side apply, the fields that others own.</summary>
    public IReadOnlyList<FieldConflict> Conflicts { get; init; } = [];
}
