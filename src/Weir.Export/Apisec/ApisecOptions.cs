using Weir.Export.Spool;

namespace Weir.Export.Apisec;

/// <summary>How endpoints come to the platform.</summary>
public sealed record ApisecOptions
{
    /// <summary>The configuration file, read again while it runs.</summary>
    public string ConfigurationPath { get; init; } = ApisecConfiguration.DefaultPath;

    /// <summary>Directory below which undelivered endpoints, and what was delivered, are kept.</summary>
    public required string SpoolRoot { get; init; }

    /// <summary>The token from the environment; null when it is not there.</summary>
    public string? Token { get; init; }

    /// <summary>A file with the token, as a Secret is mounted; read again while it runs, because tokens are rotated. Comes first.</summary>
    public string? TokenPath { get; init; }

    /// <summary>Plain http is all right, also to other machines.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>Forget the mappings that an earlier run learned.</summary>
    public bool ClearSavedMappings { get; init; }

    /// <summary>How long an endpoint waits before it is sent: further calls may show that a part of its path is a value.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often new endpoints go to disk and the configuration is read again.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Endpoints of one request. 25: what the platform takes is not documented; a refused batch is sent one by one.</summary>
    public int BatchEndpoints { get; init; } = 25;

    /// <summary>Holds back the caller while there is no room, instead of dropping: for files.</summary>
    public bool WaitForRoom { get; init; }

    /// <summary>The user wants to end: nobody is held back any more.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>How long the end waits while the platform takes nothing; the rest stays on disk.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>64 MiB are some 50,000 endpoints; a week, because an endpoint is as true then as now.</summary>
    public SpoolLimits Spool { get; init; } = new(64L << 20, TimeSpan.FromDays(7), 8L << 20);

    public ApisecLimits Limits { get; init; } = ApisecLimits.Default;

    public ApisecRetry Retry { get; init; } = new();

    /// <summary>Takes what the user should know.</summary>
    public Action<string> Tell { get; init; } = static _ => { };
}

/// <summary>What the integration may hold.</summary>
/// <param name="MaxWaiting">Endpoints in memory on their way to the disk. 4,096: the disk is written every second.</param>
/// <param name="MaxRemembered">Deliveries that are remembered so that none is made twice. 65,536: eight shapes of as many endpoints as the catalogue holds.</param>
/// <param name="MaxShapes">Shapes of body that are sent of one endpoint. 8: more are maps whose keys are data.</param>
/// <param name="MaxBodyBytes">Bytes of a body from which an example is made. 64 KiB: what a capture keeps of one.</param>
/// <param name="MaxAnswerBytes">Bytes read of an answer. 8 MiB: a list of 50,000 endpoints.</param>
public sealed record ApisecLimits(int MaxWaiting, int MaxRemembered, int MaxShapes, int MaxBodyBytes, int MaxAnswerBytes)
{
    public static ApisecLimits Default { get; } = new(4096, 65_536, 8, 64 << 10, 8 << 20);
}

/// <summary>When what was not taken is sent again.</summary>
/// <param name="FirstMs">Milliseconds before the second attempt; each further wait is twice as long, less by up to a half.</param>
/// <param name="MaxMs">The longest wait between two attempts, in milliseconds.</param>
/// <param name="MaxRetryAfter">The longest wait that the platform can ask for with Retry-After.</param>
/// <param name="AnswerTimeout">From the start of a request to the end of its answer.</param>
/// <param name="InstancePolls">How often a new application is asked for its instance.</param>
/// <param name="InstancePollMs">Milliseconds between those.</param>
public sealed record ApisecRetry(int FirstMs, int MaxMs, TimeSpan MaxRetryAfter, TimeSpan AnswerTimeout, int InstancePolls, int InstancePollMs)
{
    public ApisecRetry()
        : this(500, 60_000, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(30), 5, 1000)
    {
    }
}
