namespace Weir.Detection.Training;

/// <summary>Sizes of the network: Conv1D, Conv1D, pool, LSTM, dense.</summary>
public sealed record ClstmShape
{
    /// <summary>Numbers per flow.</summary>
    public required int Features { get; init; }

    /// <summary>Flows per sequence.</summary>
    public int Window { get; init; } = 10;

    public int Filters { get; init; } = 32;

    public int FirstKernel { get; init; } = 3;

    public int SecondKernel { get; init; } = 5;

    public int Hidden { get; init; } = 64;

    public int Dense { get; init; } = 32;

    /// <summary>Steps that the LSTM sees.</summary>
    public int PooledTime => (Window - FirstKernel + 1 - SecondKernel + 1) / 2;
}
