namespace Weir.Detection.Training;

/// <summary>Numbers that training changes, with the gradient of the loss and Adam's two moments.</summary>
internal sealed class Parameter(string name, int length, bool decays)
{
    public string Name { get; } = name;

    /// <summary>True for weights that are pulled towards zero; biases and normalisation are not.</summary>
    public bool Decays { get; } = decays;

    public float[] Value { get; } = new float[length];

    public float[] Gradient { get; } = new float[length];

    public float[] FirstMoment { get; } = new float[length];

    public float[] SecondMoment { get; } = new float[length];
}
