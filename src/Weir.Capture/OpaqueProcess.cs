namespace Weir.Capture;

/// <summary>A process whose TLS nobody can read.</summary>
/// <param name="Name">Of the process; its id where it has none.</param>
/// <param name="ContainerId">64 hexadecimal digits; null outside of containers.</param>
/// <param name="Cgroup">Its control group; null when it was not known.</param>
public readonly record struct OpaqueProcess(string Name, string? ContainerId, string? Cgroup);
