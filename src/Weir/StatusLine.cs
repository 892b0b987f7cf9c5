namespace Weir.Cli;

/// <summary>One line on standard error that is written over while a command is at work; only on a terminal. Thread-safe.</summary>
internal sealed class StatusLine : IDisposable
{
    private readonly Lock _gate = new();
    private readonly bool _visible = !Console.IsErrorRedirected;
    private bool _shown;

    public void Show(string text)
    {
        if (!_visible) return;
        lock (_gate)
        {
            _shown = true;
            Console.Error.Write($"\r{text}   ");
        }
    }

    /// <summary>A line that stays.</summary>
    public void Tell(string text)
    {
        lock (_gate)
        {
            End();
            Notice.Tell(text);
        }
    }

    public void Dispose()
    {
        lock (_gate) End();
    }

    private void End()
    {
        if (_shown) Console.Error.WriteLine();
        _shown = false;
    }
}
