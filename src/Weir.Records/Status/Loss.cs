namespace Weir.Records.Status;

/// <summary>One line of the loss ledger: how many were lost, where and why.</summary>
/// <param name="Plane">Plane that captured, by its name on the record (<c>ring</c>, <c>file</c> …).</param>
/// <param name="Interface">Interface, or <see cref="Anywhere"/> where it is not told apart: a connection may cross several.</param>
/// <param name="Reason">Name in <see cref="LossReasons"/>.</param>
/// <param name="Count">In the unit of the reason, since the start.</param>
public readonly record struct Loss(string Plane, string Interface, string Reason, long Count)
{
    /// <summary>As plane: lost after capture. As interface: not told apart.</summary>
    public const string Anywhere = "-";
}
