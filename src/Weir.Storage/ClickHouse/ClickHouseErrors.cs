using System.Globalization;

namespace Weir.Storage.ClickHouse;

/// <summary>Turns ClickHouse's error codes (src/Common/ErrorCodes.cpp of ClickHouse) into errors that say what to do.</summary>
internal static class ClickHouseErrors
{
    /// <summary>Characters of a message that are told: the server adds whole queries and stacks.</summary>
    private const int MaxDetail = 400;

    private static readonly (StoreFailure, string) Away = (StoreFailure.Busy,
        "another server of the cluster can't be reached from this one: calls on its shard can be neither read nor stored until it or a replica of it is back; tried again");

    /// <param name="address">Server and database.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="body">What the server says: <c>Code: N, e.displayText() = …</c>, in newer versions <c>Code: N. DB::Exception: …</c>.</param>
    public static StoreException Describe(string address, int status, string body)
    {
        var code = Code(body);
        var (failure, advice) = code switch
        {
            243 or 425 => (StoreFailure.DiskFull, "the server's disk is full: free space there or lower the store's maximum age. The write is repeated"),
            // Connection to another server refused or lost, also within its answer, or its name is not known.
            279 or 210 or 209 or 198 => Away,
            // The same, as an older server says it of an answer that ends too soon.
            32 or 33 or 101 or 102 or 1000 when body.Contains("packet", StringComparison.Ordinal) => Away,
            // Memory limit, time limit, too many parts or queries, read-only without ZooKeeper, a session of ZooKeeper lost, network.
            241 or 159 or 160 or 252 or 202 or 242 or 225 or 999 or 319 or 394 or 203 => (StoreFailure.Busy,
                "the server can't at the moment; tried again"),
            192 or 193 or 194 or 195 or 497 or 516 => (StoreFailure.CannotOpen,
                "the server refuses the user, the password or what they may do: check store.user and store.passwordFile (WEIR_STORE_USER, WEIR_STORE_PASSWORD_FILE)"),
            81 => (StoreFailure.CannotOpen, "there is no such database"),
            60 => (StoreFailure.Corrupt, "a table is missing: it was dropped, or another program uses this database"),
            0 when status is 502 or 503 or 504 or 429 => (StoreFailure.Unreachable, "what stands before the server says that it is away"),
            _ => (StoreFailure.Other, "ClickHouse refused"),
        };
        var detail = Short(body);
        return new StoreException(failure, $"Store {address}: {advice} (HTTP {status}: {detail.ReplaceLineEndings(" ").Trim()}).");
    }

    public static StoreException Unreachable(string address, Exception cause) => new(
        StoreFailure.Unreachable, $"Store {address}: the server can't be reached: {Short(cause.GetBaseException().Message)} Tried again.", cause);

    private static string Short(string text) => text.Length > MaxDetail ? text[..MaxDetail] + "…" : text;

    private static int Code(string body)
    {
        const string mark = "Code: ";
        var start = body.IndexOf(mark, StringComparison.Ordinal);
        if (start < 0) return 0;
        var digits = body.AsSpan(start + mark.Length);
        var length = digits.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(length < 0 ? digits : digits[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0;
    }
}
