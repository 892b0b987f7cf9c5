namespace Weir.Export;

/// <summary>An output that knows why something did not arrive, or was left out on purpose. Read from any thread.</summary>
public interface IOutputCounters
{
    /// <summary>Exchanges lost, by reason (snake_case, with the name of the output); all zero when nothing was.</summary>
    IEnumerable<KeyValuePair<string, long>> Losses();

    /// <summary>Exchanges that this kind of output does not take, by reason: no loss.</summary>
    IEnumerable<KeyValuePair<string, long>> Ignored();
}
