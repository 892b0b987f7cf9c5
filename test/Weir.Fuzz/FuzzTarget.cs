namespace Weir.Fuzz;

/// <summary>Something that takes bytes from outside and must survive any of them.</summary>
/// <param name="Name">A protocol's target is named after its catalog entry.</param>
/// <param name="Seeds">Valid inputs that mutation starts from.</param>
/// <param name="Run">Throws when the bytes broke a promise: by an exception of its own, or one of the code under test.</param>
public sealed record FuzzTarget(string Name, Func<IReadOnlyList<byte[]>> Seeds, Action<byte[]> Run);
