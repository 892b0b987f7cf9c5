namespace Weir.Center.Tests.Auth;

/// <summary>A clock that a test moves.</summary>
internal sealed class SetTime : TimeProvider
{
    /// <summary>A whole second, as tokens have it.</summary>
    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
