namespace Weir.Export;

/// <summary>
/// One line a call, for people: time (UTC), client → server, method, host and target, status, duration, body sizes up and
/// down, then what was odd. Columns line up; on a terminal the target is cut so that a line stays a line.
/// </summary>
/// <param name="stream">Owned.</param>
/// <param name="colour">Whether to write ANSI colours.</param>
/// <param name="width">Columns of the terminal, 0 for no limit.</param>
/// <param name="name">How an error message calls the stream.</param>
public sealed class ConsoleOutput(Stream stream, bool colour, int width, string name = "standard output") : StreamOutput(stream, name)
{
    protected override IExchangeEncoder CreateEncoder() => new ConsoleLine(colour, width);
}
