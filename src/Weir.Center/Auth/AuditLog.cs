using Weir.Storage;
using Weir.Storage.Accounts;

namespace Weir.Center.Auth;

/// <summary>Who did what, when, from where, and how it ended. Thread-safe.</summary>
internal sealed class AuditLog(IAccountStore store, AuthOptions options)
{
    public const string Login = "login";
    public const string Change = "change";

    /// <summary>Something was read that is hidden elsewhere.</summary>
    public const string Reading = "read";

    /// <summary>Longer texts of requests are cut.</summary>
    private const int MaxText = 512;

    private long _failures;

    /// <summary>Lines that could not be written.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Writes a line before it returns. A disk that takes none is told on standard error and counted; what was done stays done.</summary>
    public void Write(string kind, string actor, string via, string address, string action, string target, int status, string detail)
    {
        try
        {
            var line = new AuditRecord(
                0, options.Time.GetUtcNow().ToUnixTimeMilliseconds(), kind, Cut(actor), Cut(via), address, action, Cut(target), status, Cut(detail));
            store.AppendAudit(line, options.Limits.MaxAuditRows);
        }
        catch (StoreException failure)
        {
            Interlocked.Increment(ref _failures);
            Console.Error.WriteLine($"weir: the audit log lacks a line ({action}): {failure.Message}");
        }
    }

    public IReadOnlyList<AuditRecord> Read(AuditQuery query) => store.QueryAudit(query);

    private static string Cut(string text) => text.Length <= MaxText ? text : text[..MaxText];
}
