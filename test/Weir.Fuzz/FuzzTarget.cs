namespace Weir.Fuzz;

/// <summary>Something that takes bytes from outside and must survive any of them.</summary>
/// <param name="Name">A protocol's target is named after its catalog entry.</param>
/// <param name="Seeds">Valid inputs that mutation starts from.</param>
/// <param name="Run">Throws when the bytes broke a promise: by an exception of its own, or one of the code under test.</param>
public sealed record FuzzTarget(string Name, Func<IReadOnlyList<byte[]>> Seeds, Action<byte[]> Run)
{
    /// <summary>Values that take the place of others, where the inputs are of a language that has them: <see cref="JsonWords"/>. Empty for none.</summary>
    public IReadOnlyList<byte[]> Words { get; init; } = [];

    /// <summary>Inputs of the short run among the tests: fewer where each needs a connection.</summary>
    public int ShortRun { get; init; } = 2_000;
}
