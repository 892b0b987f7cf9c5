namespace Weir.Packets;

/// <summary>Reads the records of one container format from a window that stands behind the sniffed magic number's start.</summary>
internal abstract class CaptureFormatReader(StreamWindow window, CaptureFileLimits limits)
{
    private readonly List<CaptureInterface> _interfaces = [];

    public IReadOnlyList<CaptureInterface> Interfaces => _interfaces;

    public CaptureFileState State { get; private set; }

    public string? Problem { get; private set; }

    protected StreamWindow Window { get; } = window;

    protected CaptureFileLimits Limits { get; } = limits;

    public abstract bool TryRead(out Frame frame);

    protected void AddInterface(CaptureInterface description) => _interfaces.Add(description);

    /// <summary>Ends reading at a place between two records.</summary>
    protected bool End()
    {
        if (Window.Failure is not null || !Window.Bytes.IsEmpty) return CutShort();
        State = CaptureFileState.Ended;
        return false;
    }

    /// <summary>Ends reading within a record; a stream that failed (bad gzip data) is damage, not a short file.</summary>
    protected bool CutShort()
    {
        if (Window.Failure is not null) return Damaged(Window.Failure);
        State = CaptureFileState.CutShort;
        Problem = $"the file ends within a packet, {Window.Bytes.Length} bytes after offset {Window.Position}";
        return false;
    }

    protected bool Damaged(string what)
    {
        State = CaptureFileState.Damaged;
        Problem = $"{what} (at offset {Window.Position})";
        return false;
    }
}
