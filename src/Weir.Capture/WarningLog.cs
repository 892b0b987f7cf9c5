namespace Weir.Capture;

/// <summary>Warnings of a running source: each text once, a bounded number, readable from any thread.</summary>
internal sealed class WarningLog
{
    /// <summary>Texts kept. Interfaces come and go for months; nobody reads more than the first hundred.</summary>
    public const int MaxWarnings = 100;

    private readonly Lock _gate = new();
    private string[] _texts = [];
    private long _suppressed;

    public void Add(string text)
    {
        lock (_gate)
        {
            if (Array.IndexOf(_texts, text) >= 0) return;
            if (_texts.Length == MaxWarnings) _suppressed++;
            else _texts = [.. _texts, text];
        }
    }

    public IReadOnlyList<string> Snapshot()
    {
        lock (_gate) return _suppressed == 0 ? _texts : [.. _texts, $"{_suppressed} further warnings"];
    }
}
