namespace Weir.Detection.Training;

/// <summary>
/// One step of the network over a batch. Activations are channel-last, sample after sample: [batch, time, channels]. A layer keeps
/// what <see cref="Backward"/> needs of the last <see cref="Forward"/>; both return a buffer of the layer's own that the next call
/// overwrites.
/// </summary>
internal abstract class Layer
{
    private float[] _output = [];
    private float[] _inputGradient = [];

    public virtual IEnumerable<Parameter> Parameters => [];

    /// <summary>Takes at least batch × the layer's input size; without <paramref name="training"/> it uses running statistics and drops nothing.</summary>
    public abstract float[] Forward(float[] input, int batch, bool training);

    /// <summary>Adds to the gradients of the parameters and returns the gradient of the input.</summary>
    public abstract float[] Backward(float[] gradient, int batch);

    protected Span<float> Output(int length) => Grow(ref _output, length);

    protected float[] OutputArray => _output;

    /// <summary>Zeroed.</summary>
    protected Span<float> InputGradient(int length)
    {
        var span = Grow(ref _inputGradient, length);
        span.Clear();
        return span;
    }

    protected float[] InputGradientArray => _inputGradient;

    protected static Span<float> Grow(ref float[] buffer, int length)
    {
        if (buffer.Length < length) buffer = new float[length];
        return buffer.AsSpan(0, length);
    }
}
