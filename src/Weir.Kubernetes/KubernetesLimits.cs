namespace Weir.Kubernetes;

/// <summary>What a client takes from an API server, and how long it waits.</summary>
public sealed record KubernetesLimits
{
    public static KubernetesLimits Default { get; } = new();

    /// <summary>Objects asked for in one page of a list: what client-go asks for.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>An answer that is no watch, in bytes; 50,000 pods in one piece are less.</summary>
    public long MaxAnswerBytes { get; init; } = 1L << 30;

    /// <summary>One event of a watch, in bytes; the server stores no object above 1.5 MiB, JSON of it is larger.</summary>
    public int MaxEventBytes { get; init; } = 8 << 20;

    /// <summary>Objects of one kind that are kept: more than the 150,000 pods that Kubernetes supports.</summary>
    public int MaxObjects { get; init; } = 200_000;

    /// <summary>Longest wait for an answer, of a list for each page.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>After this to twice this time the server is asked to end a watch, which then goes on where it was: as client-go.</summary>
    public TimeSpan WatchTime { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>First wait after a failure; each further one is twice as long, within half as much chance.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Longest wait between two attempts.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A program that makes credentials is ended after this time.</summary>
    public TimeSpan ExecTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What such a program may print, in bytes; a token and a certificate are a few KiB.</summary>
    public int MaxExecBytes { get; init; } = 1 << 20;
}
