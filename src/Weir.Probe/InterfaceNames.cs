using Weir.Capture;

namespace Weir.Probe;

/// <summary>The names of a live source's interfaces by their id, read again when an id is new. One per worker.</summary>
internal sealed class InterfaceNames(ICaptureSource source)
{
    private string[] _names = [];

    /// <summary>Null when the source does not name it.</summary>
    public string? Of(int interfaceId)
    {
        if (interfaceId < 0) return null;
        if (interfaceId >= _names.Length) _names = [.. source.ReadStatistics().Select(one => one.Name)];
        return interfaceId < _names.Length ? _names[interfaceId] : null;
    }
}
