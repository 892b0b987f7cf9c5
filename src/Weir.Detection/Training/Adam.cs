namespace Weir.Detection.Training;

/// <summary>Adam (Kingma, Ba 2015) with decoupled weight decay; β₁ 0.9, β₂ 0.999, ε 1e-8.</summary>
internal sealed class Adam(IReadOnlyList<Parameter> parameters, float weightDecay)
{
    private const float Beta1 = 0.9f, Beta2 = 0.999f, Epsilon = 1e-8f;

    private int _step;

    public void Step(float learningRate)
    {
        _step++;
        var rate = learningRate / (1 - MathF.Pow(Beta1, _step));
        var correction = 1 / (1 - MathF.Pow(Beta2, _step));
        foreach (var parameter in parameters)
        {
            var (value, gradient, first, second) = (parameter.Value, parameter.Gradient, parameter.FirstMoment, parameter.SecondMoment);
            var decay = parameter.Decays ? 1 - (learningRate * weightDecay) : 1;
            for (var i = 0; i < value.Length; i++)
            {
                var g = gradient[i];
                first[i] = (Beta1 * first[i]) + ((1 - Beta1) * g);
                second[i] = (Beta2 * second[i]) + ((1 - Beta2) * g * g);
                value[i] = (value[i] * decay) - (rate * first[i] / (MathF.Sqrt(second[i] * correction) + Epsilon));
            }
        }
    }
}
