using Weir.Linux;

namespace Weir.Capture;

/// <summary>
/// One worker's rings: one an interface. The worker that follows the interfaces adds and takes away; the owner takes that over
/// between two blocks, so that no ring is unmapped while it is read.
/// </summary>
internal sealed class RingShare : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<RingInterface> _joining = [];
    private readonly List<RingInterface> _leaving = [];
    private bool _disposed;

    /// <summary>Interfaces with an open ring. The owner's thread only.</summary>
    public List<RingInterface> Open { get; } = [];

    /// <summary>Ends the owner's wait.</summary>
    public WakeEvent Wake { get; } = new();

    public void Join(RingInterface joining)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                joining.Close();
                return;
            }

            _joining.Add(joining);
        }

        Wake.Signal();
    }

    public void Leave(RingInterface leaving)
    {
        lock (_gate) _leaving.Add(leaving);
        Wake.Signal();
    }

    /// <summary>Takes changes over; true when <see cref="Open"/> is another.</summary>
    public bool Update()
    {
        lock (_gate)
        {
            if (_joining.Count + _leaving.Count == 0) return false;
            Open.AddRange(_joining);
            foreach (var gone in _leaving)
            {
                Open.Remove(gone);
                gone.Close();
            }

            _joining.Clear();
            _leaving.Clear();
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate) _disposed = true;
        Update();
        foreach (var open in Open) open.Close();
        Open.Clear();
        Wake.Dispose();
    }
}
