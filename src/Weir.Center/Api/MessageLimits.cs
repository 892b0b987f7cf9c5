namespace Weir.Center.Api;

/// <summary>What a logger may send.</summary>
/// <param name="MaxBodyBytes">Bytes of a request body as sent. 32 MiB: a bundle of 5 MiB, uncompressed, with six large messages.</param>
/// <param name="MaxTextBytes">Bytes after decompression. 64 MiB: ends a compression bomb.</param>
/// <param name="MaxRequests">Bodies in memory at once; further senders wait, then are told to come back.</param>
/// <param name="MinBytesPerSecond">Slower senders are cut off after five seconds, so that they hold no place.</param>
internal sealed record MessageLimits(
    int MaxBodyBytes = 32 << 20, int MaxTextBytes = 64 << 20, int MaxRequests = 4, int MinBytesPerSecond = 16 << 10)
{
    /// <summary>How long a sender waits for a place.</summary>
    public TimeSpan PlaceTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer waits for the store.</summary>
    public TimeSpan StoreTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
