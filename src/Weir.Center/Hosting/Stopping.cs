namespace Weir.Center.Hosting;

/// <summary>Told when the center begins to stop, so that endless responses end before Kestrel waits for them.</summary>
internal sealed record Stopping(CancellationToken Token);
