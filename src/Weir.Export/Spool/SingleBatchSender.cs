namespace Weir.Export.Spool;

/// <summary>
/// Sends over HTTP one batch at a time and the oldest first, each until it is settled. One batch in flight keeps the window small in which
/// the other end can have taken what it did not acknowledge.
/// </summary>
/// <param name="spool">What is to be sent; somebody else's.</param>
/// <param name="http">Disposed with this.</param>
/// <param name="stop">The user wants to end.</param>
internal abstract class SingleBatchSender(DeliverySpool spool, HttpClient http, CancellationToken stop) : BatchSender(stop)
{
    private readonly SemaphoreSlim _more = new(0, 1);

    protected DeliverySpool Spool => spool;

    protected HttpClient Http => http;

    public override void Wake()
    {
        try
        {
            _more.Release();
        }
        catch (SemaphoreFullException)
        {
            // It was told already and has not looked yet.
        }
    }

    /// <summary>Sends a batch, removes it when it is settled, and waits when it is to be sent again.</summary>
    protected abstract Task Attempt(SpoolBatch batch);

    protected override async Task Run()
    {
        while (true)
        {
            if (spool.TryTake(out var batch))
            {
                await Attempt(batch);
                continue;
            }

            if (Ending) return;
            await _more.WaitAsync(Abort);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            http.Dispose();
            _more.Dispose();
        }

        base.Dispose(disposing);
    }
}
