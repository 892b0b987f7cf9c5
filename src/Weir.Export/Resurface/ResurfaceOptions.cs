using System.Diagnostics.CodeAnalysis;
using Weir.Export.Spool;

namespace Weir.Export.Resurface;

/// <summary>Where messages go and what may be kept until they are there.</summary>
public sealed record ResurfaceOptions
{
    /// <summary>What somebody who stops a capture is made to wait: a third of the grace time of a pod.</summary>
    public static TimeSpan ShortDrain => BatchSender.ShortDrain;

    public required Uri Url { get; init; }

    /// <summary>Directory below which undelivered batches are kept.</summary>
    public required string SpoolRoot { get; init; }

    /// <summary>Bytes of messages, before compression, after which a batch is sent; logger-go's default.</summary>
    public int BundleBytes { get; init; } = 5 << 20;

    /// <summary>How long a message may wait for others.</summary>
    public TimeSpan BundleTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Rule <c>skip_compression</c>.</summary>
    public bool SkipCompression { get; init; }

    /// <summary>Rule <c>skip_submission</c>: messages are made and forgotten.</summary>
    public bool SkipSubmission { get; init; }

    /// <summary>
    /// Holds back the caller while there is no room, instead of dropping: for files, which wait; a live capture does not.
    /// Until <see cref="Stop"/>.
    /// </summary>
    public bool WaitForRoom { get; init; }

    /// <summary>The user wants to end: nobody is held back any more.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>
    /// How long the end waits while the server takes nothing; what is left then stays on disk. After <see cref="Stop"/> it is
    /// no more than <see cref="ShortDrain"/>.
    /// </summary>
    public TimeSpan DrainTime { get; init; } = ShortDrain;

    public SpoolLimits Spool { get; init; } = SpoolLimits.Default;

    public DeliveryRetry Retry { get; init; } = new();

    /// <summary>Takes what the user should know: an outage, its end, what is left.</summary>
    public Action<string> Tell { get; init; } = static _ => { };

    /// <summary>Reads a destination.</summary>
    /// <param name="text">An absolute http or https URL.</param>
    /// <param name="allowHttp">Rule <c>allow_http_url</c>.</param>
    /// <param name="url">The destination.</param>
    /// <param name="error">What is wrong with it, for the user.</param>
    public static bool TryParseUrl(
        string? text, bool allowHttp, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? error)
    {
        var absolute = Uri.TryCreate(text, UriKind.Absolute, out url);
        error = (absolute, url?.Scheme) switch
        {
            _ when string.IsNullOrWhiteSpace(text) => "the resurface output needs a URL: resurface:URL, or USAGE_LOGGERS_URL",
            (false, _) => $"'{text}' is no URL; one looks like https://host:7701/message",
            (true, "https") => null,
            (true, "http") when allowHttp => null,
            (true, "http") => $"{text} is plain http: whoever is on the way reads every message, so nothing is captured. "
                + "Use an https URL, or allow it with the rule allow_http_url (--rules 'include debug' has it)",
            _ => $"{text} is neither http nor https",
        };
        if (error is not null) url = null;
        return error is null;
    }
}
