using Weir.Detection.Numerics;
using Weir.Detection.Tests.Reference;
using Weir.Detection.Training;
using Xunit;

namespace Weir.Detection.Tests.Training;

public class GradientTests
{
    private const int Batch = 12;

    private static readonly float[] s_steps = [4e-3f, 2e-3f, 1e-3f, 5e-4f];

    private static readonly ClstmShape s_shape = new() { Features = 5, Window = 11, Filters = 6, Hidden = 7, Dense = 4 };

    /// <summary>
    /// The slope measured along the gradient of each parameter tensor, and along a random direction, is what backpropagation says.
    /// Single precision leaves about four digits.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Gradients_are_the_slopes_of_the_loss(ulong seed)
    {
        var random = new SeededRandom(seed);
        var network = new ClstmNetwork(s_shape, dropout: 0, seed);
        var flows = new float[Batch * s_shape.Window * s_shape.Features];
        random.Uniform(flows, 2);
        var labels = Enumerable.Range(0, Batch).Select(i => i % 3 == 0).ToArray();
        Loss(network, flows, labels, backward: true);
        var gradients = network.Parameters.ToDictionary(parameter => parameter.Name, parameter => (float[])parameter.Gradient.Clone());
        foreach (var parameter in network.Parameters)
        {
            var gradient = gradients[parameter.Name];
            foreach (var direction in new[] { Unit(gradient), Unit(Random(random, gradient.Length)) })
            {
                var expected = gradient.Zip(direction, (g, d) => (double)g * d).Sum();
                // A kink of ReLU or pooling within a step spoils that step, not a shorter one; rounding spoils the shortest.
                var measured = s_steps.Select(step => Slope(network, parameter, direction, step, flows, labels)).ToArray();
                Assert.True(
                    measured.Any(slope => Math.Abs(expected - slope) < 2e-4 + (0.01 * Math.Abs(expected))),
                    $"{parameter.Name}: {expected} expected, {string.Join(", ", measured)} measured");
            }
        }
    }

    [Fact]
    public void Outputs_and_gradients_are_those_of_PyTorch()
    {
        var torch = TorchReference.Load();
        var network = torch.Network();
        var labels = torch.Labels.Select(label => label > 0).ToArray();
        Assert.Equal(torch.Loss, Loss(network, torch.Flows, labels, backward: true), 1e-5);
        foreach (var parameter in network.Parameters) AssertClose(torch.Gradients[parameter.Name], parameter.Gradient, 2e-5f, parameter.Name);
        foreach (var (norm, name) in network.Norms.Zip(["norm1", "norm2", "norm3"]))
        {
            AssertClose(torch.Running[name].Mean, norm.RunningMean, 1e-5f, name);
            AssertClose(torch.Running[name].Variance, norm.RunningVariance, 1e-5f, name);
        }

        var scores = network.Forward(torch.Flows, torch.Batch, training: false).ToArray();
        AssertClose(torch.Scores, [.. scores.Select(Elements.Sigmoid)], 1e-5f, "scores");
    }

    internal static void AssertClose(float[] expected, float[] actual, float tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"{what}[{i}]: {expected[i]} expected, {actual[i]} found");
    }

    private static double Loss(ClstmNetwork network, float[] flows, bool[] labels, bool backward)
    {
        var logits = network.Forward(flows, labels.Length, training: true).ToArray();
        var gradient = new float[labels.Length];
        var loss = 0.0;
        for (var i = 0; i < labels.Length; i++)
        {
            loss += Math.Log(1 + Math.Exp(labels[i] ? -(double)logits[i] : logits[i])) / labels.Length;
            gradient[i] = (Elements.Sigmoid(logits[i]) - (labels[i] ? 1 : 0)) / labels.Length;
        }

        if (backward) network.Backward(gradient, labels.Length);
        return loss;
    }

    private static double Slope(ClstmNetwork network, Parameter parameter, float[] direction, float size, float[] flows, bool[] labels)
    {
        var kept = (float[])parameter.Value.Clone();
        Move(size);
        var above = Loss(network, flows, labels, backward: false);
        Move(-size);
        var below = Loss(network, flows, labels, backward: false);
        kept.CopyTo(parameter.Value, 0);
        return (above - below) / (2 * size);

        void Move(float step)
        {
            for (var i = 0; i < kept.Length; i++) parameter.Value[i] = kept[i] + (step * direction[i]);
        }
    }

    private static float[] Random(SeededRandom random, int length)
    {
        var values = new float[length];
        random.Uniform(values, 1);
        return values;
    }

    private static float[] Unit(float[] values)
    {
        var length = MathF.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => length > 0 ? value / length : 0)];
    }
}
