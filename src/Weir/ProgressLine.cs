using Weir.Export;

namespace Weir.Cli;

/// <summary>
/// While a capture runs: stops it once nobody reads any output, and shows counters on standard error when that is a terminal
/// and the calls are printed elsewhere.
/// </summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Func<string> _line;
    private readonly Interruption _interruption;
    private readonly IReadOnlyList<IExchangeOutput> _outputs;
    private readonly bool _visible;
    private readonly Timer _timer;
    private bool _printed;

    /// <param name="line">The counters as one short line.</param>
    /// <param name="outputs">The capture stops once all of them are closed.</param>
    /// <param name="interruption">Stops it.</param>
    public ProgressLine(Func<string> line, IReadOnlyList<IExchangeOutput> outputs, Interruption interruption)
    {
        _line = line;
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
        _printed = true;
        Console.Error.Write($"\r{_line()}   ");
    }
}
