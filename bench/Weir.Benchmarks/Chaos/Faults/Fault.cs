using Weir.Benchmarks.Chaos.Plant;

namespace Weir.Benchmarks.Chaos.Faults;

/// <summary>Something that happens to a role: what it needs, what it does and how it is undone.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Fits">The roles that it can befall.</param>
/// <param name="Happen">From its beginning until the role answers again.</param>
internal sealed record Fault(string Name, Func<Role, bool> Fits, Func<Role, FaultTime, Task> Happen)
{
    /// <summary>Why it is left out on this machine; null when it is not.</summary>
    public string? Missing { get; init; }
}

/// <summary>What chance has decided for one fault.</summary>
/// <param name="Random">For further choices of it alone.</param>
/// <param name="Lasting">How long it lasts.</param>
internal sealed record FaultTime(Random Random, TimeSpan Lasting)
{
    public Task Pass() => Task.Delay(Lasting);
}
