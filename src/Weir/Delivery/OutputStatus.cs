using Weir.Export;
using Weir.Export.Center;
using Weir.Export.Spool;
using Weir.Records.Status;

namespace Weir.Cli.Delivery;

/// <summary>What the outputs of a run lost, hold back and delivered.</summary>
internal sealed class OutputStatus(IReadOnlyList<IExchangeOutput> outputs) : IStatusSource
{
    public string Name => "output";

    public void Report(IStatusReport report)
    {
        foreach (var loss in outputs.OfType<IOutputCounters>().SelectMany(output => output.Losses()))
            report.Dropped(new Loss(Loss.Anywhere, Loss.Anywhere, loss.Key, loss.Value));
        foreach (var spooled in outputs.OfType<SpooledOutput>())
        {
            var name = spooled is CenterOutput ? "center" : "resurface";
            report.Counter("delivered", "output", name, spooled.Delivered);
            report.Gauge("waiting", "output", name, spooled.Waiting);
        }

        if (outputs.OfType<CenterOutput>().FirstOrDefault() is { } center) report.Gauge("connected", center.Connected);
    }
}
