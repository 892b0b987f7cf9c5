namespace Weir.Records.Status;

/// <summary>
/// A part of Weir that counts. The center shows every source in its status and metrics; the probe implements one named
/// <c>capture</c>.
/// </summary>
public interface IStatusSource
{
    /// <summary>Section of the status and <c>area</c> of the metrics (<c>weir_&lt;area&gt;_…</c>): lower-case letters and digits.</summary>
    string Name { get; }

    /// <summary>Tells every counter's value now. Called from any thread, also while the source is at work.</summary>
    void Report(IStatusReport report);
}

/// <summary>Takes the counters of one <see cref="IStatusSource"/>. Names are snake_case and end in their unit where it is not a count.</summary>
public interface IStatusReport
{
    /// <summary>A value that only grows, since the source began: <c>packets</c>, <c>bytes</c>, <c>exchanges</c>, <c>connections</c>.</summary>
    void Counter(string name, long value);

    /// <summary>One of several counters of the same name, told apart by a label: <c>anomaly</c> by <c>anomaly</c>.</summary>
    void Counter(string name, string label, string of, long value) => Counter($"{name}_{of}", value);

    /// <summary>A value of now: <c>open_connections</c>.</summary>
    void Gauge(string name, long value);

    /// <summary>One of several values of the same name, told apart by a label.</summary>
    void Gauge(string name, string label, string of, long value) => Gauge($"{name}_{of}", value);

    /// <summary>
    /// One of several values of the same name, told apart by something that is met, such as the name of a process: for the status alone, as metrics
    /// must not grow with what is met.
    /// </summary>
    void Named(string name, string of, long value)
    {
    }

    /// <summary>Units of data that did not become a record; zero is told too, so that its absence means "not counted".</summary>
    void Dropped(Loss loss);

    /// <summary>Counters of one interface or file that is being captured.</summary>
    /// <param name="name">Device or file name.</param>
    /// <param name="frames">Frames received.</param>
    /// <param name="bytes">Captured bytes.</param>
    /// <param name="kernelDrops">Frames the kernel dropped because its buffer was full.</param>
    /// <param name="truncated">Frames cut by the snap length.</param>
    void Interface(string name, long frames, long bytes, long kernelDrops, long truncated);
}
