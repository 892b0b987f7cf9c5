namespace Weir.Inventory.Catalogue;

/// <summary>An endpoint that was confirmed for the first time.</summary>
/// <param name="Sequence">Counts up by one; gaps show what left the list before it was read.</param>
/// <param name="Service">Name of the service.</param>
/// <param name="Endpoint">As it is now: its template may have changed since, and after a merge another endpoint may have taken its place.</param>
/// <param name="TimeNs">When, in Unix nanoseconds.</param>
public sealed record FirstSeen(long Sequence, string Service, Endpoint Endpoint, long TimeNs);
