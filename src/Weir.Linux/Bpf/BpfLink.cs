using Weir.Linux.Native;

namespace Weir.Linux.Bpf;

/// <summary>One program at one place. Disposing detaches it.</summary>
public sealed class BpfLink : IDisposable
{
    private readonly BpfLinkHandle _handle;

    internal BpfLink(BpfLinkHandle handle, string program) => (_handle, Program) = (handle, program);

    /// <summary>Name of the program.</summary>
    public string Program { get; }

    public void Dispose() => _handle.Dispose();
}
