namespace Weir.Kubernetes.Model;

/// <summary>meta/v1 Status: how API servers tell failures.</summary>
internal sealed class Status
{
    public string? Message { get; set; }

    public string? Reason { get; set; }

    public int Code { get; set; }

    public StatusDetails? Details { get; set; }
}

internal sealed class StatusDetails
{
    public int RetryAfterSeconds { get; set; }

    public List<StatusCause>? Causes { get; set; }
}

internal sealed class StatusCause
{
    public string? Reason { get; set; }

    public string? Message { get; set; }

    public string? Field { get; set; }
}

/// <summary>Answer of /version.</summary>
public sealed class ServerVersion
{
    public string Major { get; init; } = "";

    /// <summary>Some providers append a plus sign.</summary>
    public string Minor { get; init; } = "";

    /// <summary><c>v1.32.4</c></summary>
    public string GitVersion { get; init; } = "";
}
