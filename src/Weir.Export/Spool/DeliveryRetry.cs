namespace Weir.Export.Spool;

/// <summary>When a batch that was not taken is sent again.</summary>
/// <param name="FirstMs">Milliseconds before the second attempt; each further wait is twice as long.</param>
/// <param name="MaxMs">The longest wait between two attempts, in milliseconds. 30 s: a server that is back is found soon.</param>
/// <param name="MaxRetryAfter">The longest wait that a server can ask for with Retry-After.</param>
/// <param name="ConnectTimeout">For the connection.</param>
/// <param name="AnswerTimeout">From the start of a request to its answer.</param>
/// <param name="MaxRefusals">Attempts at a batch that the server calls wrong (400, 413, 422), after which it is given up.</param>
public sealed record DeliveryRetry(
    int FirstMs, int MaxMs, TimeSpan MaxRetryAfter, TimeSpan ConnectTimeout, TimeSpan AnswerTimeout, int MaxRefusals)
{
    public DeliveryRetry()
        : this(250, 30_000, TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), 5)
    {
    }
}
