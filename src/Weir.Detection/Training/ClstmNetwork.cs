using Weir.Detection.Numerics;

namespace Weir.Detection.Training;

/// <summary>
/// The CLSTM while it is trained: Conv1D → norm → ReLU → Conv1D → norm → ReLU → pool → dropout → LSTM → norm → dropout → dense →
/// ReLU → dropout → dense, giving a logit per sequence. Detection runs the stored model instead (<see cref="Onnx.OnnxProgram"/>).
/// </summary>
internal sealed class ClstmNetwork
{
    private readonly Layer[] _layers;

    public ClstmNetwork(ClstmShape shape, float dropout, ulong seed)
    {
        Shape = shape;
        var random = new SeededRandom(seed);
        var firstTime = shape.Window - shape.FirstKernel + 1;
        var secondTime = firstTime - shape.SecondKernel + 1;
        var pooled = shape.PooledTime;
        ArgumentOutOfRangeException.ThrowIfLessThan(pooled, 1, nameof(shape));
        FirstConvolution = new ConvolutionLayer("conv1", shape.Window, shape.Features, shape.Filters, shape.FirstKernel, isFirst: true, random);
        FirstNorm = new NormalizationLayer("norm1", shape.Filters, firstTime);
        SecondConvolution = new ConvolutionLayer("conv2", firstTime, shape.Filters, shape.Filters, shape.SecondKernel, isFirst: false, random);
        SecondNorm = new NormalizationLayer("norm2", shape.Filters, secondTime);
        Lstm = new LstmLayer("lstm", pooled, shape.Filters, shape.Hidden, random);
        ThirdNorm = new NormalizationLayer("norm3", shape.Hidden, 1);
        Dense = new DenseLayer("dense1", shape.Hidden, shape.Dense, random);
        Head = new DenseLayer("dense2", shape.Dense, 1, random);
        _layers =
        [
            FirstConvolution, FirstNorm, new RectifierLayer(firstTime * shape.Filters),
            SecondConvolution, SecondNorm, new RectifierLayer(secondTime * shape.Filters),
            new PoolLayer(secondTime, shape.Filters), new DropoutLayer(pooled * shape.Filters, dropout, random),
            Lstm, ThirdNorm, new DropoutLayer(shape.Hidden, dropout, random),
            Dense, new RectifierLayer(shape.Dense), new DropoutLayer(shape.Dense, dropout, random), Head,
        ];
        Parameters = [.. _layers.SelectMany(layer => layer.Parameters)];
    }

    public ClstmShape Shape { get; }

    public ConvolutionLayer FirstConvolution { get; }

    public NormalizationLayer FirstNorm { get; }

    public ConvolutionLayer SecondConvolution { get; }

    public NormalizationLayer SecondNorm { get; }

    public LstmLayer Lstm { get; }

    public NormalizationLayer ThirdNorm { get; }

    public DenseLayer Dense { get; }

    public DenseLayer Head { get; }

    public IReadOnlyList<Parameter> Parameters { get; }

    public NormalizationLayer[] Norms => [FirstNorm, SecondNorm, ThirdNorm];

    /// <summary>Logits of a batch of [batch, window, features]; the buffer is overwritten by the next call.</summary>
    public ReadOnlySpan<float> Forward(float[] sequences, int batch, bool training)
    {
        var values = sequences;
        foreach (var layer in _layers) values = layer.Forward(values, batch, training);
        return values.AsSpan(0, batch);
    }

    /// <summary>Puts the gradient of the loss by each parameter in its place, given that by each logit.</summary>
    public void Backward(float[] gradient, int batch)
    {
        foreach (var parameter in Parameters) Array.Clear(parameter.Gradient);
        var values = gradient;
        for (var i = _layers.Length - 1; i >= 0; i--) values = _layers[i].Backward(values, batch);
    }
}
