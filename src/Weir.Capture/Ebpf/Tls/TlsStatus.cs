using Weir.Linux.Bpf;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>A program or library whose TLS is, or should be, read in the clear.</summary>
/// <param name="Path">As the first process that had it sees it.</param>
/// <param name="Library">Whose functions it has.</param>
/// <param name="Internal">Its cheap internal functions carry the probes.</param>
/// <param name="Probes">How many.</param>
/// <param name="Failure">Why there are none; null when there are.</param>
public sealed record TlsFileStatus(string Path, TlsLibrary Library, bool Internal, int Probes, string? Failure);
