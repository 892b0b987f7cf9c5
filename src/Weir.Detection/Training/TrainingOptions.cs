namespace Weir.Detection.Training;

/// <summary>How a network is trained; everything that decides the result, so that the same options and data give the same weights.</summary>
public sealed record TrainingOptions
{
    public ulong Seed { get; init; } = 1;

    /// <summary>At most so many passes over the training part.</summary>
    public int Epochs { get; init; } = 16;

    /// <summary>Ends after so many epochs without a better validation part.</summary>
    public int Patience { get; init; } = 4;

    /// <summary>Halves the learning rate after so many epochs without a better validation part.</summary>
    public int PlateauEpochs { get; init; } = 2;

    public int BatchSize { get; init; } = 128;

    public float LearningRate { get; init; } = 1e-3f;

    /// <summary>Decoupled weight decay (Loshchilov, Hutter 2019) per step, times the learning rate.</summary>
    public float WeightDecay { get; init; } = 1e-2f;

    /// <summary>Share of activations dropped in front of the LSTM and of each dense layer.</summary>
    public float Dropout { get; init; } = 0.3f;

    /// <summary>
    /// Share of training sequences that are cut to a random number of flows. How many flows came before says how much was captured,
    /// not what a flow is: the network must do with any number.
    /// </summary>
    public float ShortenedShare { get; init; } = 0.5f;

    /// <summary>True weighs both classes alike, however many flows each has.</summary>
    public bool BalanceClasses { get; init; } = true;
}

/// <param name="Epoch">From 1.</param>
/// <param name="Loss">Mean weighted cross-entropy over the training part, with dropout.</param>
/// <param name="Validation">Mean weighted cross-entropy over the validation part.</param>
/// <param name="LearningRate">Of the epoch.</param>
/// <param name="IsBest">These weights are the ones kept so far.</param>
public readonly record struct EpochResult(int Epoch, double Loss, double Validation, float LearningRate, bool IsBest);
