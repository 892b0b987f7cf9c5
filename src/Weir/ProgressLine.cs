using Weir.Export;
using Weir.Probe;

namespace Weir.Cli;

/// <summary>
/// While a capture runs: stops it once nobody reads any output, and shows counters on standard error when that is a terminal
/// and the calls are printed elsewhere.
/// </summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ProbeRun _run;
    private readonly Interruption _interruption;
    private readonly IReadOnlyList<IExchangeOutput> _outputs;
    private readonly bool _visible;
    private readonly Timer _timer;
    private bool _printed;

    public ProgressLine(ProbeRun run, IReadOnlyList<IExchangeOutput> outputs, Interruption interruption)
    {
        _run = run;
        _outputs = outputs;
        _interruption = interruption;
        _visible = !Console.IsErrorRedirected && !outputs.OfType<ConsoleOutput>().Any();
        _timer = new Timer(_ => Tick(), null, Interval, Interval);
    }

    public void Dispose()
    {
        _timer.Dispose();
        if (_printed) Console.Error.WriteLine();
    }

    private void Tick()
    {
        // The reader of every output has gone (`| head`): nothing is left to do.
        if (_outputs.Count > 0 && _outputs.All(output => !output.IsOpen)) _interruption.Stop();
        if (!_visible) return;
        var report = _run.Report();
        _printed = true;
        Console.Error.Write($"\r{Summary.Number(report.Packets)} packets, {Summary.Number(report.Exchanges)} calls   ");
    }
}
