using Weir.Streams;

namespace Weir.Protocols;

/// <summary>
/// Tells exchanges that last while they run. All wait equally long, so that two queues in order of due time do: one for the
/// first report, one for repeats. Watching costs a few writes a call, a tick costs as much as there is to tell.
/// </summary>
/// <param name="afterNs">Nanoseconds from the request headers to the first report; 0 never tells.</param>
/// <param name="againNs">Nanoseconds between reports of one exchange.</param>
/// <param name="tell">Writes the exchange as one in progress.</param>
internal sealed class RunningWatch(long afterNs, long againNs, Action<OpenExchange> tell)
{
    private readonly Chain<OpenExchange> _new = new();
    private readonly Chain<OpenExchange> _told = new();

    public void Add(OpenExchange one, long nowNs)
    {
        if (afterNs > 0 && one.Watch.Chain is null) Append(_new, one, nowNs + afterNs);
    }

    public static void Remove(OpenExchange one) => one.Watch.Chain?.Remove(one.Watch);

    public void Tick(long nowNs)
    {
        Tick(_new, nowNs, afterNs);
        Tick(_told, nowNs, againNs);
    }

    private static void Append(Chain<OpenExchange> chain, OpenExchange one, long dueNs)
    {
        one.DueNs = dueNs;
        chain.Append(one.Watch);
    }

    private void Tick(Chain<OpenExchange> chain, long nowNs, long delayNs)
    {
        while (chain.First is { } one)
        {
            if (one.DueNs > nowNs)
            {
                // Further away than a whole wait: the source's clock was set back.
                if (one.DueNs - nowNs <= delayNs) return;
                chain.Remove(one.Watch);
                Append(chain, one, nowNs + delayNs);
                continue;
            }

            chain.Remove(one.Watch);
            Append(_told, one, nowNs + againNs);
            var seen = one.Seen;
            if (one.Exchange.ProgressReports > 0 && seen == one.SeenWhenTold) continue;
            one.SeenWhenTold = seen;
            tell(one);
        }
    }
}
