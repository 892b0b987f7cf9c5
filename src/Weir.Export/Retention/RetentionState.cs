namespace Weir.Export.Retention;

/// <summary>What a node keeps now.</summary>
/// <param name="Bytes">Of all files.</param>
/// <param name="BudgetBytes">Most that they may have.</param>
/// <param name="Segments">Files of frames.</param>
/// <param name="Frames">In them.</param>
/// <param name="OldestNs">Time of the oldest frame, Unix nanoseconds; 0 when there is none.</param>
/// <param name="Lost">Frames that were not kept since the start: the queue was full, or the disk.</param>
/// <param name="Suspended">The disk refuses, and nothing is kept until it takes more.</param>
public sealed record RetentionState(long Bytes, long BudgetBytes, int Segments, long Frames, long OldestNs, long Lost, bool Suspended = false);
